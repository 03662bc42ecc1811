// Which snapshot a call is shown: fresh at once, an older one when the upstream lets us wait too long, never an old one as new.
import type { SiteKey } from '../store/changes.ts'
import type { Store } from '../store/index.ts'
import { createFlights, type Fetched, type FetchRequest, MARK_MS } from './flights.ts'
import { ageMs, isFresh, isUsable, planSignature, type Snapshot } from './freshness.ts'
import { ProviderError, type ProviderErrorCode } from './provider.ts'
import type { AsOf, QuotaReport } from './report.ts'
import { createSnapshotCache, fingerprintOf, type SnapshotCacheOptions } from './snapshot-cache.ts'

export interface Shown {
  report: QuotaReport
  /** Milliseconds. */
  ageMs: number
  /** `hit`: fresh enough. `miss` and `renewed`: fetched for this call, without or with an older one. `stale`: an older one, since there was none newer in time. */
  done: 'hit' | 'miss' | 'renewed' | 'stale'
  /** How old it is and why; absent when it was fetched for this call or is fresh. */
  asOf?: AsOf
  /** How long the upstream took, when it was asked and answered; milliseconds. */
  upstreamMs?: number
  /** How long it stays fresh, in milliseconds; negative when it is not. */
  freshMs: number
}

export interface Snapshots {
  /** @throws {ProviderError} when nothing may be shown */
  show(request: FetchRequest): Promise<Shown>
  /** Notes that the plan behind a connection may have changed. */
  planMayHaveChanged(key: SiteKey): Promise<void>
}

export interface SnapshotsOptions extends SnapshotCacheOptions {
  store?: Pick<Store, 'snapshots' | 'changes' | 'locks'>
}

export function createSnapshots(options: SnapshotsOptions): Snapshots {
  const { store, now, onStoreError } = options
  const cache = createSnapshotCache(options, id => flights.overtake(id))
  const flights = createFlights({ cache, ...(store?.locks && { locks: store.locks }), now, onStoreError })

  return {
    async show(request) {
      const { key, connection, freshness } = request
      const started = performance.now()
      const entry = await cache.entryOf(key, fingerprintOf(connection))
      const { snapshot } = entry
      const freshFor = cache.freshForMs(entry, freshness)
      const usable = snapshot && isUsable(snapshot, freshness.keepForMs, now()) ? snapshot : undefined
      if (usable && isFresh(usable, freshFor, now())) return shown(usable, 'hit', freshFor)

      const fetching = flights.join(request, entry)
      if (!usable) {
        const { snapshot: fetched, upstreamMs } = await fetching
        return { ...shown(fetched, 'miss', freshFor), upstreamMs }
      }
      const outcome = await firstOf(fetching, freshness.patienceMs - (performance.now() - started))
      if ('snapshot' in outcome)
        return { ...shown(outcome.snapshot, 'renewed', freshFor), upstreamMs: outcome.upstreamMs }
      return {
        ...shown(usable, 'stale', freshFor),
        asOf: { fetchedAt: new Date(usable.fetchedAt), reason: outcome.reason }
      }
    },

    async planMayHaveChanged(key) {
      const entry = await cache.anyEntry(key)
      const signature = entry.snapshot ? planSignature(entry.snapshot.report) : ''
      await cache.setMark(key, entry, { until: now() + MARK_MS, signature, refreshedAt: 0 }, true)
    }
  }

  function shown(snapshot: Snapshot, done: Shown['done'], freshFor: number): Shown {
    const age = ageMs(snapshot, now()) ?? 0
    return { report: snapshot.report, ageMs: age, done, freshMs: freshFor - age }
  }
}

/** What comes within the time, or why nothing did. */
async function firstOf(
  result: Promise<Fetched>,
  patienceMs: number
): Promise<Fetched | { reason: NonNullable<AsOf['reason']> }> {
  let timer: NodeJS.Timeout | undefined
  const impatience = new Promise<{ reason: 'late' }>(resolve => {
    timer = setTimeout(() => resolve({ reason: 'late' }), Math.max(0, patienceMs))
  })
  try {
    return await Promise.race([result, impatience])
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    return { reason: REASONS[error.code] }
  } finally {
    clearTimeout(timer)
  }
}

const REASONS: Record<ProviderErrorCode, NonNullable<AsOf['reason']>> = {
  PROVIDER_REJECTED: 'refused',
  QUOTA_UNAVAILABLE: 'unavailable',
  PROVIDER_TIMEOUT: 'late'
}
