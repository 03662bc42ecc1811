// The store of one process of a service: the first one holds it and makes it ready, workers use what it is given.
import type { Logger } from 'pino'
import type { ConfiguredStore } from '../config/store.ts'
import type { Others } from '../store/changes.ts'
import { holdStore } from '../store/hold.ts'
import { openStore, type Store, type StoreOptions, storeInMemory } from '../store/index.ts'
import { demandKeys } from '../store/refusal.ts'

export interface ServiceStoreOptions extends Pick<StoreOptions, 'onLost' | 'onCall' | 'now'> {
  /** Absent where nothing is to be kept. */
  configured: ConfiguredStore | undefined
  /** In the place of what nobody configured: what several processes share that keep nothing. */
  temporary: Pick<StoreOptions, 'url' | 'encryptionKeys'> | undefined
  /** Whether it is this process that holds it. */
  isHeld: boolean
  others: Others | undefined
  force: boolean
  log: Pick<Logger, 'warn'>
}

/**
 * Opens it, to be closed with `opened`.
 * @throws {StoreRefusal} when the store is another service's, or under other keys
 */
export async function openServiceStore(
  { configured, temporary, isHeld, onCall, force, log, ...options }: ServiceStoreOptions,
  opened: AsyncDisposableStack
): Promise<Store> {
  const kept = configured ?? temporary ?? storeInMemory()
  if (isHeld) {
    const held = holdStore(kept.url)
    opened.defer(() => held.release())
  }
  // What is not kept is nobody's to look after.
  const store = await openStore({ ...kept, ...options, ...(configured && onCall && { onCall }) })
  opened.defer(() => store.close())
  if (!isHeld) return store
  const { rows, foreign } = await demandKeys(store.rotation, force)
  if (foreign > 0)
    log.warn({ rows, foreign }, 'some rows of the store are under a key that store.encryptionKeys does not name')
  return store
}
