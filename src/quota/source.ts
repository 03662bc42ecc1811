// A configured provider, ready to be asked: with its adapter and settings, its limits of time, and every site's connection.
import { LRUCache } from 'lru-cache'
import { QuotaBridgeError } from '../errors.ts'
import { fingerprintOf } from '../fingerprint.ts'
import { atMost } from '../recent.ts'
import { Value } from '../schema.ts'
import { type ConnectionKey, isStorable, SHARED } from '../store/connection-key.ts'
import type { Store } from '../store/index.ts'
import { StoreError } from '../store/store-error.ts'
import type { Freshness } from './knowledge.ts'
import { type ProviderAdapter, ProviderError, type TimedProvider } from './provider.ts'

/** Sites whose connection, or lack of one, is kept in memory. */
const CACHED_SITES_MAX = 10_000
/** What is left of a deadline for presenting the report and sending the answer. */
const ANSWER_RESERVE_MS = 200
/** What an adapter has, after its signal aborted, to make the best of what it already knows. */
export const LAST_WORDS_MS = 100

/** An entry of `providers:`, checked. */
export interface SourceSettings {
  /** Its name in the configuration. */
  name: string
  adapter: ProviderAdapter
  /** Checked against the adapter's schema. */
  settings: unknown
  freshness: Freshness
  /** The connection of all sites, checked against the adapter's schema, and whether to ask for its health after the start; absent when every site has its own. */
  shared?: { connection: unknown; checkOnStart?: boolean }
  /** Where a site without a connection of its own is sent. */
  connectUrl?: string
  /** Whether that is our own page. */
  connectsHere?: boolean
}

export interface KnownConnection {
  /** Checked against the adapter's schema. */
  connection: unknown
  /** Tells this connection with these settings from any other, without telling anything of it. */
  fingerprint: string
}

export interface Source extends SourceSettings {
  provider: TimedProvider
  /**
   * What the provider needs to speak for a site, or with SHARED for all; undefined when that site has none.
   * @throws {ProviderError} when it cannot be found out
   * @throws {QuotaBridgeError} INVALID_REQUEST when no site can have that id
   */
  connectionOf(instanceId: string): Promise<KnownConnection | undefined>
  /** The same, of what is in memory; undefined also when nothing is. */
  connectionAtHand(instanceId: string): KnownConnection | undefined
}

/** How long a call may take until its report is there, in milliseconds. */
export const reportWithinMs = ({ deadlineMs }: Freshness): number => deadlineMs - ANSWER_RESERVE_MS
/** How long a provider has for a fetch, in milliseconds. */
export const fetchWithinMs = (freshness: Freshness): number => reportWithinMs(freshness) - LAST_WORDS_MS

const NO_SITE = {
  message: "The site's id holds a NUL, which no site's id does.",
  remedy: 'Send the instanceId of an installation of the app.',
  data: { field: 'instanceId' }
}

export function createSource(
  configured: SourceSettings,
  provider: TimedProvider,
  store: Pick<Store, 'changes'> & { connections: Pick<Store['connections'], 'get'> }
): Source {
  const { name, adapter, shared } = configured
  // Only the adapter's own settings count: how long numbers are fresh changes nothing about them.
  const own = Value.Clean(adapter.settingsSchema, Value.Clone(configured.settings))
  const known = (connection: unknown): KnownConnection => ({
    connection,
    fingerprint: fingerprintOf([adapter.type, own, connection])
  })
  if (shared) {
    const all = known(shared.connection)
    return { ...configured, provider, connectionOf: async () => all, connectionAtHand: () => all }
  }
  // That a site has none is kept too: most calls for a site that never connected cost nothing.
  const cache = new LRUCache<string, KnownConnection | 'none'>({
    ...atMost(CACHED_SITES_MAX),
    // What was read before a change is not kept after it.
    ignoreFetchAbort: true,
    fetchMethod: async instanceId => {
      const stored = await store.connections.get({ provider: name, instanceId }).catch(error => {
        if (!(error instanceof StoreError)) throw error
        throw new ProviderError('QUOTA_UNAVAILABLE', 'store-unavailable', { reason: error.message })
      })
      return stored ? known(readConnection(configured, stored.connection)) : 'none'
    }
  })
  store.changes.subscribe(key => {
    if (!key) cache.clear()
    else if (key.provider === name) cache.delete(key.instanceId)
  })
  return {
    ...configured,
    provider,
    async connectionOf(instanceId) {
      if (!isStorable(instanceId)) throw new QuotaBridgeError('INVALID_REQUEST', NO_SITE)
      const found = await cache.fetch(instanceId)
      return found === 'none' ? undefined : found
    },
    connectionAtHand(instanceId) {
      const found = cache.get(instanceId)
      return found === 'none' ? undefined : found
    }
  }
}

/** Which connection a call is about: the site's own, or the one that all sites share; undefined when it names no site. */
export function keyOf({ name, shared }: SourceSettings, instanceId: string | undefined): ConnectionKey | undefined {
  if (shared) return { provider: name, instanceId: SHARED }
  return instanceId === undefined ? undefined : { provider: name, instanceId }
}

/** The rules may have become stricter since it was saved. */
function readConnection({ adapter, settings }: SourceSettings, connection: unknown): unknown {
  if (!Value.Check(adapter.connectionSchema, connection)) {
    throw new ProviderError('PROVIDER_REJECTED', 'connection-unreadable')
  }
  const [mistake] = adapter.connectionMistakes?.(connection, settings) ?? []
  if (mistake) throw new ProviderError('PROVIDER_REJECTED', 'host-not-allowed')
  return connection
}
