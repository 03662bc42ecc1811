// What this replica knows of all connections, put together: memory over the store, one fetch at a time, and what a call is shown.
import { createBriefly } from '../store/briefly.ts'
import type { ConnectionKey } from '../store/connection-key.ts'
import type { Store } from '../store/index.ts'
import { within } from '../within.ts'
import { createFetches } from './fetches.ts'
import { horizonOf } from './knowledge.ts'
import { markPlan } from './marks.ts'
import { createMemory, type MemoryOptions } from './memory.ts'
import { createShow, type Fetched, type OnFetch, type Show } from './show.ts'

/** How long who opens an upgrade link waits for the store; it goes on trying by itself. */
const MARK_WAIT_MS = 250

export interface Reports extends Show {
  /** Notes that the plan behind a connection may have changed; while such a note lives, nothing happens. */
  markPlan(key: ConnectionKey): Promise<void>
  /** Resolves when no fetch is under way any more, also none that nobody waits for; before it, the store must not close. */
  settled(): Promise<void>
}

export function createReports(
  store: Pick<Store, 'knowledge' | 'leases' | 'changes'>,
  options: Omit<MemoryOptions, 'store' | 'briefly'> & { onFetch: OnFetch }
): Reports {
  const { now, onStoreError } = options
  const briefly = createBriefly(onStoreError)
  const memory = createMemory({ ...options, store, briefly })
  const fetches = createFetches<Fetched>(store.leases, briefly)
  store.changes.subscribe(key => {
    memory.forget(key)
    fetches.overtake(key)
  })
  return {
    settled: () => fetches.settled(),
    ...createShow(memory, fetches, now, options.onFetch),
    async markPlan(key) {
      const at = now()
      // Another replica may have ended a mark that is still remembered here, or have seen another plan since.
      await memory.reload(key)
      const known = await memory.recall(key)
      const marked = markPlan(known, at)
      const { mark } = marked
      if (marked === known || !mark) return
      memory.hold(key, marked)
      // Asked for also while the store is left alone otherwise: without it this replica alone knows of the mark.
      const told = store.knowledge.addMark(key, mark, at, horizonOf(at)).catch(onStoreError)
      await within(MARK_WAIT_MS, told, () => undefined)
    }
  }
}
