// What is known of each connection, as one replica knows it: in memory, over a store whose failure costs no more than what it knew.
import { LRUCache } from 'lru-cache'
import { atMost } from '../recent.ts'
import type { Briefly } from '../store/briefly.ts'
import { type ConnectionKey, idOf } from '../store/connection-key.ts'
import type { Store } from '../store/index.ts'
import { horizonOf, type Knowledge, later, NOTHING_KNOWN } from './knowledge.ts'
import { learn } from './learn.ts'
import { readSnapshot, writeSnapshot } from './stored-snapshot.ts'

/** Connections of which something is kept in memory. */
const CONNECTIONS_MAX = 10_000

export interface Memory {
  /** What is known, from memory or from the store. */
  recall(key: ConnectionKey): Promise<Knowledge>
  /** What is in memory at this moment. */
  current(key: ConnectionKey): Knowledge
  /** The same as one would recall it, where nobody has to be asked for that; undefined otherwise. */
  atHand(key: ConnectionKey): Knowledge | undefined
  /** What the store says now, in memory too unless that knows later, changed meanwhile or `isCurrent` says no; undefined when it does not answer. */
  reload(key: ConnectionKey, isCurrent?: () => boolean): Promise<Knowledge | undefined>
  /** Puts a whole value in the place of what is in memory. */
  hold(key: ConnectionKey, knowledge: Knowledge): void
  /** The same, and gives what stores what changed, which resolves when the other replicas can see it. */
  keep(key: ConnectionKey, knowledge: Knowledge): () => Promise<void>
  /** Lets go of what is in memory about a connection, or with undefined about all; a load under way is not kept either. */
  forget(key: ConnectionKey | undefined): void
}

export interface MemoryOptions {
  store: Pick<Store, 'knowledge'>
  briefly: Briefly
  /** Milliseconds since 1970. */
  now: () => number
  onStoreError: (error: Error) => void
  /** Hears why a stored report cannot be used; once for each reason. */
  onUnusable: (reason: string) => void
}

export function createMemory({ store, briefly, now, onStoreError, onUnusable }: MemoryOptions): Memory {
  const told = new Set<string>()
  const known = new LRUCache<string, Knowledge, ConnectionKey>({
    ...atMost(CONNECTIONS_MAX),
    fetchMethod: (_id, _old, { context }) => look(context),
    // A load that was overtaken still answers who waits for it, but is not kept.
    ignoreFetchAbort: true
  })

  async function look(key: ConnectionKey): Promise<Knowledge | undefined> {
    const stored = await briefly(() => store.knowledge.get(key))
    if (!stored) return undefined
    const { snapshot: row, mark } = stored
    const read = row && (row.fetchedAt > horizonOf(now()).fetchedAt ? 'its time lies ahead' : readSnapshot(row))
    if (typeof read === 'string' && !told.has(read)) {
      told.add(read)
      onUnusable(read)
    }
    return { ...(typeof read === 'object' && { snapshot: read }), ...(mark && { mark }) }
  }

  async function tellStore(key: ConnectionKey, before: Knowledge, after: Knowledge): Promise<void> {
    const { snapshot, mark } = after
    try {
      if (snapshot && snapshot !== before.snapshot)
        await store.knowledge.putSnapshot(key, writeSnapshot(snapshot), horizonOf(now()))
      if (mark !== before.mark) await store.knowledge.replaceMark(key, before.mark, mark)
    } catch (error) {
      if (error instanceof Error) onStoreError(error)
    }
  }

  /** What was learnt without what the store knows; it is read as soon as it answers. */
  const unread = new WeakSet<Knowledge>()
  /** How often something was let go of: what was read before is not kept after it. */
  let forgotten = 0
  const current = (key: ConnectionKey) => known.peek(idOf(key)) ?? NOTHING_KNOWN

  function hold(key: ConnectionKey, knowledge: Knowledge): void {
    const before = known.peek(idOf(key))
    if (!before || unread.has(before)) unread.add(knowledge)
    known.set(idOf(key), knowledge)
  }

  async function reload(key: ConnectionKey, isCurrent = () => true): Promise<Knowledge | undefined> {
    const [before, since] = [current(key), forgotten]
    const stored = await look(key)
    if (!stored || current(key) !== before || forgotten !== since || !isCurrent()) return stored
    const latest = later(before, stored)
    // The rules of a new report say what becomes of a mark that the store has.
    const { snapshot } = unread.has(latest) ? latest : {}
    known.set(idOf(key), snapshot ? learn(stored, snapshot, { keepForMs: 0 }) : latest)
    return stored
  }

  return {
    async recall(key) {
      const found = (await known.fetch(idOf(key), { context: key })) ?? NOTHING_KNOWN
      if (unread.has(found)) await reload(key)
      return unread.has(found) ? current(key) : found
    },
    current,
    atHand(key) {
      const found = known.get(idOf(key))
      return found && !unread.has(found) ? found : undefined
    },
    reload,
    hold,
    keep(key, knowledge) {
      const before = current(key)
      hold(key, knowledge)
      return () => tellStore(key, before, knowledge)
    },
    forget(key) {
      forgotten++
      if (key) known.delete(idOf(key))
      else known.clear()
    }
  }
}
