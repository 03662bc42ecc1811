// Which report a call is shown: a fresh one at once, an older one when the provider lets us wait too long, never an old one as new.
import type { QuotaCall } from '../observe/events.ts'
import type { ConnectionKey } from '../store/connection-key.ts'
import { within } from '../within.ts'
import type { Fetch, Fetches } from './fetches.ts'
import { type Knowledge, later, NOTHING_KNOWN, type Question, type Snapshot, type View, viewOf } from './knowledge.ts'
import { learn } from './learn.ts'
import { planFetch } from './marks.ts'
import type { Memory } from './memory.ts'
import { ProviderError, type ProviderErrorCode, type TimedProvider } from './provider.ts'
import type { AsOf, QuotaReport } from './report.ts'

export interface Shown {
  report: QuotaReport
  /** Of its oldest part, in milliseconds. */
  ageMs: number
  /** `hit`: fresh enough. `miss` and `update`: fetched for this call, without or with an older one. `stale`: an older one, since there was none newer in time. */
  done: 'hit' | 'miss' | 'update' | 'stale'
  /** How old it is and why; absent when it was fetched for this call or is fresh. */
  asOf?: AsOf
  /** How long the upstream took, when it was asked and answered; milliseconds. */
  upstreamMs?: number
  /** How long it stays fresh, in milliseconds; negative when it is not. */
  freshMs: number
}

export interface ShowRequest extends Question {
  key: ConnectionKey
  call: QuotaCall
  provider: TimedProvider
  connection: unknown
}

export interface Fetched {
  snapshot: Snapshot
  /** Milliseconds; 0 when another replica asked. */
  upstreamMs: number
}

/** Hears of each call that waits for a fetch, and of what comes of it. */
export type OnFetch = (request: ShowRequest, fetching: Promise<Fetched>) => void

export interface Show {
  /** @throws {ProviderError} when nothing may be shown */
  show(request: ShowRequest): Promise<Shown>
  /** What a call is shown when that is fresh and in memory: most are, and need no promise and no timer. */
  showAtOnce(key: ConnectionKey, question: Question): Shown | undefined
}

/** Makes the functions that find what a call is shown. */
export function createShow(memory: Memory, fetches: Fetches<Fetched>, now: () => number, onFetch: OnFetch): Show {
  return { show, showAtOnce }

  function showAtOnce(key: ConnectionKey, question: Question): Shown | undefined {
    const known = memory.atHand(key)
    const view = known && viewOf(known, question, now())
    return view && isFresh(view) ? shownFrom(view, 'hit') : undefined
  }

  async function show(request: ShowRequest): Promise<Shown> {
    const started = performance.now()
    const { key, fingerprint, freshness } = request
    const known = await memory.recall(key)
    const view = viewOf(known, request, now())
    if (view && isFresh(view)) return shownFrom(view, 'hit')

    const fetching = fetches.join({
      key,
      variant: fingerprint,
      giveUpAfterMs: freshness.deadlineMs,
      adopt: isCurrent => adopt(request, known, isCurrent),
      run: isCurrent => run(request, isCurrent),
      lateError: () => new ProviderError('PROVIDER_TIMEOUT', 'timeout')
    })
    onFetch(request, fetching)
    if (!view?.isUsable) return updated(await fetching, request, 'miss')
    const patienceMs = freshness.patienceMs - (performance.now() - started)
    const outcome = await within(patienceMs, fetching.catch(reasonOf), () => 'late' as const)
    if (typeof outcome === 'object') return updated(outcome, request, 'update')
    return { ...shownFrom(view, 'stale'), asOf: { fetchedAt: new Date(view.asOf), reason: outcome } }
  }

  /** What another replica has fetched since, when it is as good as what we would fetch. */
  async function adopt(question: ShowRequest, known: Knowledge, isCurrent: () => boolean) {
    const { key } = question
    // Of a mark too: another replica may have passed the caches by a moment ago.
    const stored = await memory.reload(key, isCurrent)
    if (!stored || !isCurrent()) return undefined
    const view = viewOf(stored, question, now())
    const isNewer = later(stored, known) !== known
    return isNewer && stored.snapshot && view && isFresh(view)
      ? { snapshot: stored.snapshot, upstreamMs: 0 }
      : undefined
  }

  async function run(request: ShowRequest, isCurrent: () => boolean): ReturnType<Fetch<Fetched>['run']> {
    const { key, provider, connection, fingerprint, freshness } = request
    const fetchedAt = now()
    const started = performance.now()
    const { planMayHaveChanged, after } = planFetch(memory.current(key), request, fetchedAt)
    if (planMayHaveChanged && isCurrent()) void memory.keep(key, after)()
    const report = await provider.fetchReport(connection, { planMayHaveChanged })
    const upstreamMs = performance.now() - started
    const learned = learn(
      isCurrent() ? memory.current(key) : NOTHING_KNOWN,
      { report, fetchedAt, fingerprint },
      freshness
    )
    const result = { snapshot: learned.snapshot ?? { report, fetchedAt, fingerprint }, upstreamMs }
    return isCurrent() ? { result, share: memory.keep(key, learned) } : { result }
  }

  function updated({ snapshot, upstreamMs }: Fetched, request: ShowRequest, done: 'miss' | 'update'): Shown {
    const view = viewOf({ ...memory.current(request.key), snapshot }, request, now())
    // Even a clock that was set back meanwhile does not make what was fetched for this call another's.
    if (!view) return { report: snapshot.report, ageMs: 0, freshMs: 0, done, upstreamMs }
    return { ...shownFrom(view, done), upstreamMs }
  }
}

function isFresh({ isUsable, freshMs }: View): boolean {
  return isUsable && freshMs > 0
}

function shownFrom({ report, ageMs, freshMs, asOf, isMixed }: View, done: Shown['done']): Shown {
  return { report, ageMs, freshMs, done, ...(isMixed && { asOf: { fetchedAt: new Date(asOf) } }) }
}

/** Why there is nothing newer. */
function reasonOf(error: unknown): NonNullable<AsOf['reason']> {
  if (error instanceof ProviderError) return REASONS[error.code]
  throw error
}

const REASONS: Record<ProviderErrorCode, NonNullable<AsOf['reason']>> = {
  PROVIDER_REJECTED: 'refused',
  QUOTA_UNAVAILABLE: 'unavailable',
  PROVIDER_TIMEOUT: 'late'
}
