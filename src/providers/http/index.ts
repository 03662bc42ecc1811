// The adapter for any REST API that tells its numbers in JSON: what is asked and what is read stands in the configuration.
import { ConfigurationError, type Mistake } from '../../mistakes.ts'
import { type ProviderAdapter, type ProviderContext, ProviderError, type QuotaProvider } from '../../quota/provider.ts'
import { Secret, type TObject, Type, Value } from '../../schema.ts'
import { canBeSent } from '../http-client.ts'
import { GIVEN_UP } from '../resilience.ts'
import { readAnswers, withNeeds } from './answers.ts'
import { createCalls } from './calls.ts'
import { convert, upgradeAddress } from './convert.ts'
import { findings } from './findings.ts'
import { hostOf, type Mapping, readMapping } from './mapping.ts'
import { fieldsInUrl } from './requests.ts'
import { sampleReport } from './sample.ts'
import { type HttpConnection, type HttpSettings, settingsSchema } from './schema.ts'
import { FieldSchema } from './schema-requests.ts'

const VALUE_LENGTH_MAX = 1024
const TITLE = 'HTTP'

/** Without fields there is none. */
type Connection = HttpConnection | undefined

const adapter: ProviderAdapter<HttpSettings, Connection> = {
  type: 'http',
  title: TITLE,
  findings,
  settingsSchema,
  // What each provider's fields take the place of.
  connectionSchema: Type.Object({ '<field>': Type.String({ description: 'the value of each of fields' }) }),
  adapterFor: written => ({ ...adapter, title: titleOf(written), connectionSchema: connectionSchema(written) }),
  settingsMistakes: settings => readMapping(settings).mistakes,
  connectionMistakes(connection, settings) {
    const { mapping } = readMapping(settings)
    return mapping ? connectionMistakes(connection ?? {}, mapping) : []
  },
  tidyConnection: connection =>
    connection && Object.fromEntries(Object.entries(connection).map(([field, value]) => [field, value.trim()])),
  features: ({ quotas }) => ({ known: Object.keys(quotas), shown: Object.keys(quotas) }),
  sample: sampleReport,
  create(settings, { name, now, log, watch }) {
    const { mapping, mistakes } = readMapping(settings)
    if (!mapping) throw new ConfigurationError(mistakes)
    for (const { request, field } of mapping.secretsInUrls)
      log.warn(
        { request, field },
        'a secret stands in a URL, which servers write into their logs; auth puts it into a header'
      )
    return createProvider(mapping, { name, now, log, watch })
  }
}

export { adapter as http }

function createProvider(mapping: Mapping, { name, now, log, watch }: ProviderContext): QuotaProvider<Connection> {
  const calls = createCalls(mapping, watch)
  return {
    async fetchReport(connection = {}, { signal, deadlineAt, planMayHaveChanged }) {
      const failed = new AbortController()
      const either = AbortSignal.any([signal, failed.signal])
      const at = new Date(now())
      const ask = calls.asking(connection, { signal: either, deadlineAt, planMayHaveChanged })
      const answers = await readAnswers(mapping.requests, connection, at, ask).catch(error => {
        failed.abort(GIVEN_UP)
        throw error
      })
      return convert(mapping, name, {
        connection,
        now: at,
        answerTo: request => answers.get(request),
        onProblem: (what, { kind, at, message }) =>
          log.warn(
            { value: what, problem: kind, pointer: at, reason: message },
            'a value could not be read and is left out'
          )
      })
    },
    async check(connection = {}, { signal }) {
      const requests = withNeeds(mapping.check, mapping.requests)
      try {
        const answers = await readAnswers(requests, connection, new Date(now()), calls.askingOnce(connection, signal))
        if (answers.get(mapping.check.name) !== undefined) return { health: 'ok' }
        return { health: 'failing', finding: 'not-found' }
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error
        return { health: 'failing', finding: error.finding }
      }
    },
    upgradeUrl: (connection = {}) => upgradeAddress(mapping, connection),
    close: calls.close
  }
}

/** What a connection must have, from the fields of an entry of the configuration as it was written. */
function connectionSchema(written: unknown): TObject {
  const { fields } = Object(written)
  const known = Object.entries(Object(fields)).flatMap(([name, field]) =>
    Value.Check(FieldSchema, field) ? [[name, fieldSchema(field)] as const] : []
  )
  return Type.Object(Object.fromEntries(known), { additionalProperties: false })
}

function fieldSchema({ title, description, example, findAt, secret }: typeof FieldSchema.static) {
  const options = {
    minLength: 1,
    maxLength: VALUE_LENGTH_MAX,
    title,
    description: description ?? title,
    ...(example !== undefined && { examples: [example] }),
    ...(findAt !== undefined && { findAt })
  }
  return secret ? Secret(options) : Type.String(options)
}

/** What the button Connect names: the host of the first request, unless the configuration says more. */
function titleOf(written: unknown): string {
  const { title, requests } = Object(written)
  if (typeof title === 'string' && title !== '') return title
  const [first] = Object.values(Object(requests))
  const { get, post } = Object(first)
  return hostOf(get ?? post) ?? TITLE
}

/** What is filled into URLs and headers must not change what they say. */
function connectionMistakes(connection: HttpConnection, mapping: Mapping): Mistake[] {
  const inUrls = new Set(mapping.requests.flatMap(fieldsInUrl))
  return Object.entries(connection).flatMap(([field, value]) => {
    const text = value.trim()
    const message =
      text === '' || /[\p{Cc}\p{Cs}]/u.test(text)
        ? 'must be text without line breaks and other control characters'
        : mapping.auth.fieldsInHeaders.has(field) && !canBeSent(text)
          ? 'must be letters, digits and signs of ASCII: it is sent in a header'
          : inUrls.has(field) && /^\.{1,2}$/.test(text)
            ? 'must not be made of dots alone: it stands in a URL'
            : undefined
    return message === undefined ? [] : [{ path: [field], message }]
  })
}
