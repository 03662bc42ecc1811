// An eye on quota calls and on the fetches that they begin: tells of what went wrong, whoever listens.
import type { Failure, Publish } from '../observe/events.ts'
import { ProviderError } from '../quota/provider.ts'
import type { QuotaReport } from '../quota/report.ts'
import type { QuotaAction, QuotaResult, QuotaService } from '../quota/service.ts'
import type { OnFetch } from '../quota/show.ts'
import { keyOf } from '../quota/source.ts'
import type { ConnectionKey } from '../store/connection-key.ts'

export interface Watch {
  /** To be told of every fetch; one that several calls wait for is told of once. */
  onFetch: OnFetch
  /** The same service, watched. */
  watched<Action extends QuotaAction>(
    service: QuotaService<Action>,
    actions: ReadonlyMap<string, Action>
  ): QuotaService<Action>
}

/** `onReport` hears of every report that this service was given by a provider. */
export function createWatch(
  publish: Publish,
  onReport: (key: ConnectionKey, report: QuotaReport) => void = () => {}
): Watch {
  /** Fetches, and the errors that they ended with: a call that ends with one of these has nothing new to tell. */
  const seen = new WeakSet<object>()

  function tellNothing({ action, outcome, shown }: QuotaResult<QuotaAction>, call: Parameters<QuotaService['ask']>[0]) {
    if (!shown || outcome.kind !== 'report' || outcome.report.groups.some(({ quotas }) => quotas.length > 0)) return
    publish({ kind: 'nothing-told', key: shown.key, call, features: action.features })
  }

  return {
    onFetch({ key, call }, fetching) {
      if (seen.has(fetching)) return
      seen.add(fetching)
      fetching.then(
        ({ upstreamMs, snapshot }) => {
          publish({ kind: 'fetch-done', key, call, upstreamMs })
          // What another replica was told, that one tells.
          if (upstreamMs > 0) onReport(key, snapshot.report)
        },
        (error: unknown) => {
          if (!(error instanceof ProviderError)) return publish({ kind: 'fetch-broke', key, call, error })
          seen.add(error)
          publish({ kind: 'fetch-failed', key, call, failure: failureOf(error) })
        }
      )
    },
    watched: (service, actions) => ({
      ...service,
      async ask(call) {
        try {
          const result = await service.ask(call)
          tellNothing(result, call)
          return result
        } catch (error) {
          const source = actions.get(call.actionKey)?.source
          const key = source && keyOf(source, call.instanceId)
          if (key && error instanceof ProviderError && !seen.has(error))
            publish({ kind: 'call-failed', key, call, failure: failureOf(error) })
          throw error
        }
      }
    })
  }
}

function failureOf({ code, finding, reason, message, remedy }: ProviderError): Failure {
  return { code, finding, reason, message, remedy }
}
