// An adapter under test, between an upstream that answers as it is told and somebody who notes all that it says.
import { randomBytes } from 'node:crypto'
import { findingOf } from '../findings.ts'
import { schemaMistakes, sentenceOf } from '../mistakes.ts'
import type { Conformance } from '../providers/conformance.ts'
import { readReport } from '../providers/module/report.ts'
import { createGivenSecrets } from '../providers/module/secrets.ts'
import { type ConnectionCheck, type ProviderAdapter, ProviderError, type QuotaProvider } from '../quota/provider.ts'
import type { QuotaReport } from '../quota/report.ts'
import { Value } from '../schema.ts'
import { within } from '../within.ts'
import { startUpstream, type Upstream } from './upstream.ts'

/** As long as a service gives a report. */
const FETCH_MS = 2200
/** What an adapter has after its signal. */
const LAST_WORDS_MS = 500
const CLOSE_MS = 2000

/** Something is not as it must be; the message says what. */
export class Nonconformity extends Error {
  override readonly name = 'Nonconformity'
}

/** What a fetch ended with. */
export type Ending = { report: QuotaReport } | { error: ProviderError }

export interface AskOptions {
  /** When the signal aborts, in milliseconds; at once with 0. */
  ms?: number
  planMayHaveChanged?: boolean
}

export interface Stage {
  adapter: ProviderAdapter
  conformance: Conformance
  settings: unknown
  connection: unknown
  upstream: Upstream
  /** Everything that was said so far: reports, errors, lines of the log, addresses. */
  said: string[]
  /** Asks a provider that is made for it. @throws {Nonconformity} for what is neither a report nor a ProviderError */
  fetch(options?: AskOptions): Promise<Ending>
  check(options?: AskOptions): Promise<ConnectionCheck>
  /** Does something with a provider that is made for it, and closed after it. */
  withProvider<Result>(work: (provider: QuotaProvider) => Promise<Result>): Promise<Result>
  isSecretIn(text: string): boolean
  close(): void
}

/**
 * Sets the stage.
 * @throws {Nonconformity} when settings and connection are not such as the adapter takes
 */
export async function setStage(given: ProviderAdapter, conformance: Conformance, folder: string): Promise<Stage> {
  const upstream = await startUpstream()
  try {
    return stageFor(given, conformance, folder, upstream)
  } catch (error) {
    upstream.close()
    throw error
  }
}

function stageFor(given: ProviderAdapter, conformance: Conformance, folder: string, upstream: Upstream): Stage {
  const secret = `secret-${randomBytes(12).toString('hex')}`
  const written = structuredClone(conformance.settings?.(upstream.url) ?? {})
  const found = given.adapterFor?.(written, folder) ?? given
  if ('message' in found) throw new Nonconformity(sentenceOf(found))
  const adapter = found
  const settings = Value.Default(adapter.settingsSchema, written)
  demandNone('settings', schemaMistakes(adapter.settingsSchema, settings))
  demandNone('settings', adapter.settingsMistakes?.(settings) ?? [])
  const connection = frozen(conformance.connection(upstream.url, secret))
  if (Object.keys(adapter.connectionSchema.properties).length > 0)
    demandNone('connection', schemaMistakes(adapter.connectionSchema, connection))
  demandNone('connection', adapter.connectionMistakes?.(connection, settings) ?? [])
  const secrets = createGivenSecrets(adapter.settingsSchema, adapter.connectionSchema)
  secrets.learn(connection)
  const said: string[] = []
  const say = (what: unknown) => void said.push(typeof what === 'string' ? what : (JSON.stringify(what) ?? ''))

  async function withProvider<Result>(work: (provider: QuotaProvider) => Promise<Result>): Promise<Result> {
    const log = { warn: (details: Record<string, string>, message: string) => say([details, message]) }
    const provider = adapter.create(settings, { name: 'tested', now: Date.now, log, watch: say })
    try {
      return await work(provider)
    } finally {
      const late = () => Promise.reject(new Nonconformity(`close does not end within ${CLOSE_MS} ms`))
      await within(CLOSE_MS, provider.close(), late)
    }
  }

  return {
    ...{ adapter, conformance, settings, connection, upstream, said, withProvider },
    async fetch({ ms = FETCH_MS, planMayHaveChanged = false } = {}) {
      return withProvider(async provider => {
        try {
          const asked = inTime(ms, 'fetchReport', signal =>
            provider.fetchReport(connection, { signal, deadlineAt: performance.now() + ms, planMayHaveChanged })
          )
          const given = await asked
          say(given)
          const report = readReport(given, '', secrets)
          if (typeof report === 'string') throw new Nonconformity(`the report cannot be used: ${report}`)
          return { report }
        } catch (error) {
          if (!(error instanceof ProviderError)) throw unexpected(error, 'fetchReport')
          const { message, stack, finding, reason, data, remedy } = error
          say([message, stack, finding, reason, data, remedy])
          demandKnown(finding, adapter)
          return { error }
        }
      })
    },
    async check({ ms = FETCH_MS } = {}) {
      return withProvider(async provider => {
        const found = await inTime(ms, 'check', signal => provider.check(connection, { signal })).catch(error => {
          throw unexpected(error, 'check')
        })
        say(found)
        if (found.health !== 'ok') demandKnown(found.finding, adapter)
        return found
      })
    },
    isSecretIn: text => secrets.isIn(text) || text.includes(secret),
    close: upstream.close
  }
}

async function inTime<Result>(
  ms: number,
  what: string,
  ask: (signal: AbortSignal) => Promise<Result>
): Promise<Result> {
  const signal = ms === 0 ? AbortSignal.abort() : AbortSignal.timeout(ms)
  const late = () =>
    Promise.reject(new Nonconformity(`${what} goes on ${LAST_WORDS_MS} ms after its signal: it must end then`))
  return within(ms + LAST_WORDS_MS, ask(signal), late)
}

function unexpected(error: unknown, what: string): Nonconformity {
  if (error instanceof Nonconformity) return error
  const told = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return new Nonconformity(`${what} throws what is no ProviderError: ${told}`)
}

function demandKnown(finding: string, { findings }: ProviderAdapter): void {
  if (findingOf(finding, findings) === undefined)
    throw new Nonconformity(`${finding} is a finding that findings does not explain`)
}

function demandNone(
  what: string,
  mistakes: readonly { path: readonly string[]; message: string; found?: string }[]
): void {
  const [mistake] = mistakes
  if (mistake)
    throw new Nonconformity(`the ${what} of conformance: ${[mistake.path.join('.'), sentenceOf(mistake)].join(' ')}`)
}

/** Nobody changes what it is given. */
function frozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  for (const inside of Object.values(value)) frozen(inside)
  return Object.freeze(value)
}
