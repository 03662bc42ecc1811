// What a site owner would read, and how it was come by: for real, or with made-up numbers, said by the same presenter either way.
import { QuotaBridgeError } from '../errors.ts'
import { errorAnswer } from '../http/errors.ts'
import { cacheStatus, notToldLine, toldLine } from '../http/quota-told.ts'
import type { UpstreamCall } from '../observe/calls.ts'
import type { UpstreamCalls } from '../observe/upstream-calls.ts'
import { isRightToLeft } from '../presentation/isolates.ts'
import { type Presenter, type Reader, wordsFor } from '../presentation/presenter.ts'
import { ProviderError } from '../quota/provider.ts'
import type { QuotaAction, QuotaOutcome, QuotaResult, QuotaService } from '../quota/service.ts'
import { canonicalSite } from '../store/connection-key.ts'
import type { PreviewAnswer, PreviewRequest } from './answer.ts'
import { withoutToken } from './connect-link.ts'
import { modalOf } from './modal.ts'
import { askSample } from './sample.ts'
import type { SampleState } from './states.ts'

export interface PreviewAction extends QuotaAction {
  /** Own wordings by language, then by feature or message. */
  labels: Reader['labels']
}

export interface PreviewOptions {
  /** By key, as they are at this moment. */
  actions: () => ReadonlyMap<string, PreviewAction>
  ask: QuotaService<PreviewAction>['ask']
  presenter: Presenter
  /** The outcome with its buttons leading where those of an answer lead. */
  linked: (result: QuotaResult<PreviewAction>) => Promise<QuotaOutcome>
  /** The language of readers none of whose languages we have. */
  language: () => string
  upstream: Pick<UpstreamCalls, 'during'>
  /** Milliseconds since 1970. */
  now: () => number
}

/** @throws {QuotaBridgeError} ACTION_NOT_FOUND */
export type Preview = (asked: PreviewRequest) => Promise<PreviewAnswer>

export function createPreview(options: PreviewOptions): Preview {
  const { actions, ask, presenter, linked, language: fallbackLanguage, upstream, now } = options

  /** Buttons of real numbers lead where a site owner's do, but none of them lets anybody connect. */
  async function shownOf(result: QuotaResult<PreviewAction>, state: SampleState | undefined): Promise<QuotaOutcome> {
    const { outcome } = result
    if (outcome.kind === 'connect') return { ...outcome, connectUrl: withoutToken(outcome.connectUrl) }
    return state === undefined ? linked(result) : outcome
  }

  return async ({ action: actionKey, language: tag, site, state }) => {
    const action = actions().get(actionKey)
    if (!action) throw new QuotaBridgeError('ACTION_NOT_FOUND', { data: { actionKey } })
    const instanceId = site === undefined ? undefined : canonicalSite(site)
    const call = { actionKey, ...(instanceId !== undefined && { instanceId }) }
    const reader = { languages: [tag], labels: action.labels }
    const { words } = wordsFor(reader, fallbackLanguage())
    const calls: UpstreamCall[] = []
    const started = performance.now()
    const elapsedMs = () => performance.now() - started
    const common = () => ({
      language: words.language,
      direction: isRightToLeft(words.language) ? ('rtl' as const) : ('ltr' as const),
      isSample: state !== undefined,
      upstream: calls.map(toldCall)
    })
    try {
      const result = await upstream.during(calls, () =>
        state === undefined ? ask(call) : askSample(action, actionKey, { state, site: instanceId, now })
      )
      const { shown } = result
      const { answer } = presenter(await shownOf(result, state), action.features, reader)
      return {
        ...common(),
        status: 200,
        answer: { actionQuotaInfo: answer },
        modal: modalOf(answer, words),
        served: shown?.done ?? 'none',
        ...(shown && { ageSeconds: Math.floor(shown.ageMs / 1000) }),
        cacheStatus: cacheStatus(shown),
        logLine: lineOf(toldLine(call, result, elapsedMs()))
      }
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error
      return {
        ...common(),
        status: error.status,
        error: errorAnswer(error),
        modal: modalOf(undefined, words),
        served: 'none',
        logLine: lineOf(notToldLine(call, error, elapsedMs()))
      }
    }
  }
}

function lineOf([fields, msg]: ReturnType<typeof toldLine>): Record<string, unknown> {
  const told = Object.entries(fields).filter(([, value]) => value !== undefined)
  return { level: 'info', ...Object.fromEntries(told), msg }
}

function toldCall({ operation, method, ms, finding, reason }: UpstreamCall): PreviewAnswer['upstream'][number] {
  return {
    operation,
    method,
    ms: Math.round(ms),
    ...(finding !== undefined && { finding }),
    ...(reason !== undefined && { reason })
  }
}
