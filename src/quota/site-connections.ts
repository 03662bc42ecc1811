// The sites' own connections as quota calls need them: from memory where possible, never another site's, never one that was taken away.
import { LRUCache } from 'lru-cache'
import { Value } from '../schema.ts'
import type { Store } from '../store/index.ts'
import { type ProviderAdapter, ProviderError } from './provider.ts'

/** Sites whose connection, or lack of one, is kept in memory. */
const CACHED_SITES_MAX = 10_000

export interface SiteConnections {
  /**
   * The connection of a site, checked against the adapter's schema; undefined when it has none.
   * @throws {ProviderError} when it cannot be found out
   */
  find(provider: SiteProvider, instanceId: string): Promise<{ connection: unknown } | undefined>
}

export interface SiteProvider {
  name: string
  adapter: ProviderAdapter
  settings: unknown
}

/** `missing` is kept too: most calls for a site that never connected cost nothing. */
type Cached = { connection: unknown } | 'missing'

export function createSiteConnections({
  connections,
  changes
}: Pick<Store, 'connections' | 'changes'>): SiteConnections {
  const cache = new LRUCache<string, Cached>({ max: CACHED_SITES_MAX })
  // What was read before a change must not be kept after it.
  let generation = 0
  changes.subscribe(key => {
    generation++
    if (key) cache.delete(cacheKey(key.provider, key.instanceId))
    else cache.clear()
  })

  async function load(provider: SiteProvider, instanceId: string): Promise<Cached> {
    const stored = await connections.get({ provider: provider.name, instanceId }).catch(error => {
      throw new ProviderError('QUOTA_UNAVAILABLE', 'store-unavailable', { reason: error.message })
    })
    return stored ? { connection: readConnection(provider, stored.connection) } : 'missing'
  }

  return {
    async find(provider, instanceId) {
      const key = cacheKey(provider.name, instanceId)
      let found = cache.get(key)
      if (!found) {
        const before = generation
        found = await load(provider, instanceId)
        if (before === generation) cache.set(key, found)
      }
      return found === 'missing' ? undefined : found
    }
  }
}

function cacheKey(provider: string, instanceId: string): string {
  return JSON.stringify([provider, instanceId])
}

/** The rules may have become stricter since it was saved. */
function readConnection({ adapter, settings }: SiteProvider, connection: unknown): unknown {
  if (!Value.Check(adapter.connectionSchema, connection)) {
    throw new ProviderError('PROVIDER_REJECTED', 'connection-unreadable')
  }
  const [mistake] = adapter.connectionMistakes?.(connection, settings) ?? []
  if (mistake) throw new ProviderError('PROVIDER_REJECTED', 'host-not-allowed')
  return connection
}
