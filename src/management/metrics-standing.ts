// How the connections are, for the metrics: those that stand in the configuration, and those of the sites.
import type { Standing } from '../observe/metrics.ts'
import type { SharedConnections } from '../providers/shared-connections.ts'
import type { Store } from '../store/index.ts'
import type { ConnectionCount } from '../store/standing.ts'
import { within } from '../within.ts'

/** Counting a hundred thousand takes the database some time; that often is often enough. */
const COUNT_EVERY_MS = 30_000
/** Prometheus gives up after 10 s, unless told otherwise; a database that stalls must not keep all else from it. */
const WAIT_MS = 2000

export interface StandingOptions {
  shared: Pick<SharedConnections, 'health'>
  /** Absent where no sites' connections are kept. */
  store?: Pick<Store, 'standing'> | undefined
}

/** Makes the function that finds out. While the database does not tell, the sites' connections are left out. */
export function createStanding({ shared, store }: StandingOptions): () => Promise<Standing> {
  let counted: { at: number; counts: Promise<ConnectionCount[]> } | undefined

  function count(): Promise<ConnectionCount[]> {
    if (!store) return Promise.resolve([])
    if (counted && performance.now() - counted.at < COUNT_EVERY_MS) return counted.counts
    // What is the matter is told by readiness, and by the metrics of the calls themselves.
    const counts = store.standing().catch(() => {
      counted = undefined
      return []
    })
    counted = { at: performance.now(), counts }
    return counts
  }

  return async () => {
    const inConfiguration = [...shared.health()].map(([provider, { health, expiresAt }]) => ({
      provider,
      health,
      count: 1,
      ...(expiresAt !== undefined && { firstEndsAt: expiresAt })
    }))
    const all = [...inConfiguration, ...(await within(WAIT_MS, count(), () => []))]
    const credentialsEndAt = new Map<string, number>()
    // What has failed already is told by its health, and must not hide what is going to.
    for (const { provider, health, firstEndsAt } of all) {
      if (firstEndsAt === undefined || health === 'failing') continue
      credentialsEndAt.set(provider, Math.min(firstEndsAt, credentialsEndAt.get(provider) ?? Number.POSITIVE_INFINITY))
    }
    return { connections: all, credentialsEndAt }
  }
}
