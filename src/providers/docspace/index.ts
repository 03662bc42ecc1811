// The adapter for ONLYOFFICE DocSpace: both of its calls in parallel, then the conversion.
// https://api.onlyoffice.com/docspace/api-backend/usage-api/get-quota-payment-information/
import { findingOf } from '../../findings.ts'
import type { ProviderLog } from '../../observe/provider.ts'
import { type ProviderAdapter, ProviderError } from '../../quota/provider.ts'
import { ROOT } from '../../root.ts'
import { Secret, type Static, type TSchema, Type, type TypeCheck } from '../../schema.ts'
import { partyOf } from '../http-client.ts'
import { baseUrlMistake, createOutboundAgent } from '../outbound.ts'
import { createOriginPolicies, GIVEN_UP } from '../resilience.ts'
import { watched } from '../watched.ts'
import { checkConnection } from './check.ts'
import { canBeKey, getAnswer } from './client.ts'
import { COUNTED_FEATURES, convert, SHOWN_FEATURES, VOCABULARY } from './convert.ts'
import { findings } from './findings.ts'
import { sampleReport } from './sample.ts'
import { answerChecks, type DocSpaceTariff } from './schema.ts'
import { readTariff } from './tariff.ts'

const MAX_RESPONSE_BYTES = 256 * 1024
/** DocSpace answers 429 from 50 calls at once on; half of the 40 that are safe go to each of our two calls. */
const CONNECTIONS_PER_ORIGIN = 20

const KEY_MISTAKE = 'must be an API key as DocSpace shows it: letters, digits and signs without blanks or line breaks'

const settingsSchema = Type.Object({
  allowedHosts: Type.Array(
    // An address, or a host with its port, would match nothing.
    Type.String({ pattern: '^[^\\s/@]+$', form: 'a host without https://', examples: ['docs.example.com'] }),
    {
      default: ['*.onlyoffice.com'],
      description: 'hosts that a connection may name; `*.` stands for every host below',
      examples: [['*.onlyoffice.com', 'docs.example.com']]
    }
  ),
  allowPrivateHosts: Type.Boolean({
    default: false,
    description:
      'whether http://, ports, IP addresses and private networks are admitted, of allowed hosts; for development and self-hosting',
    examples: [true]
  }),
  upgradePath: Type.String({
    // A second slash, or what browsers take for one, would begin the name of another host.
    pattern: '^/(?![/\\\\])[^\\s\\\\]*$',
    default: '/portal-settings/payments/portal-payments',
    description: "the path of the portal's payments page, where the upgrade button leads",
    examples: ['/billing/tariff-plan']
  })
})
type DocSpaceSettings = Static<typeof settingsSchema>

const connectionSchema = Type.Object(
  {
    url: Type.String({
      description: "the portal's address, up to the host",
      examples: ['https://acme.onlyoffice.com']
    }),
    apiKey: Secret({
      description: 'an API key of an admin or the owner of the portal, with the scope * or *:read',
      examples: ['${DOCSPACE_API_KEY}'],
      findAt: 'https://api.onlyoffice.com/docspace/api-backend/get-started/authentication/api-keys/'
    })
  },
  { additionalProperties: false }
)
type DocSpaceConnection = Static<typeof connectionSchema>

export const docspace: ProviderAdapter<DocSpaceSettings, DocSpaceConnection> = {
  type: VOCABULARY,
  title: 'ONLYOFFICE DocSpace',
  messages: new URL('providers/docspace/messages/', ROOT),
  findings,
  settingsSchema,
  connectionSchema,
  connectionMistakes({ url, apiKey }, settings) {
    const message = baseUrlMistake(url, settings)
    return [
      ...(message ? [{ path: ['url'], message }] : []),
      ...(canBeKey(apiKey.trim()) ? [] : [{ path: ['apiKey'], message: KEY_MISTAKE }])
    ]
  },
  tidyConnection: ({ apiKey, ...connection }) => ({ ...connection, apiKey: apiKey.trim() }),
  features: () => ({ known: COUNTED_FEATURES, shown: SHOWN_FEATURES }),
  sample: sampleReport,
  create(settings, { now, log, watch }) {
    const policies = createOriginPolicies(watch)
    const agent = createOutboundAgent(settings, {
      maxResponseBytes: MAX_RESPONSE_BYTES,
      connectionsPerOrigin: CONNECTIONS_PER_ORIGIN
    })
    return {
      async fetchReport(connection, { signal, planMayHaveChanged, deadlineAt }) {
        const { origin } = new URL(connection.url)
        const party = partyOf(connection.apiKey)
        const query = `refresh=${planMayHaveChanged}`
        const refused = new AbortController()
        const either = AbortSignal.any([signal, refused.signal])
        const read = <Schema extends TSchema>(operation: string, path: string, check: TypeCheck<Schema>) => {
          const ask = () => getAnswer(agent, connection, `${path}?${query}`, check, either)
          return policies.call(origin, deadlineAt, () => watched(watch, { operation }, ask), party)
        }
        // If only the tariff fails, the report still stands without it; nothing of it is told before the quota is there.
        const tariffRead = read('tariff', '/api/2.0/portal/tariff', answerChecks.any).then(
          answer => () => usablePart(answer, log),
          error => () => tellFailure(error, log)
        )
        const quota = await read('quota', '/api/2.0/portal/payment/quota', answerChecks.quota).catch(error => {
          refused.abort(GIVEN_UP)
          throw error
        })
        const tariff = (await tariffRead)()
        const portal = { origin, upgradePath: settings.upgradePath }
        const report = convert(quota.response, tariff, portal, new Date(now()))
        return tariff ? report : { ...report, partial: true }
      },
      upgradeUrl: ({ url }) => new URL(settings.upgradePath, url).href,
      check: (connection, { signal }) => checkConnection({ agent, watch }, connection, signal),
      close: () => agent.close()
    }
  }
}

function usablePart(answer: unknown, log: ProviderLog): DocSpaceTariff | undefined {
  const { tariff, misfit } = readTariff(answer)
  if (misfit !== undefined) log.warn({ field: misfit }, 'the tariff is not as expected; what of it is right is used')
  return tariff
}

function tellFailure(error: unknown, log: ProviderLog): undefined {
  const { finding, reason = '' } = error instanceof ProviderError ? error : { finding: 'internal error' }
  const [, remedy = ''] = findingOf(finding, findings) ?? []
  log.warn({ finding, reason, remedy }, 'the tariff could not be read; the answer stands without it')
}
