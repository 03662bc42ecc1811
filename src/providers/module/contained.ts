// An adapter of somebody else's, contained: whatever it does, and however it fails, is the affair of its own provider.
import { setTimeout as sleep } from 'node:timers/promises'
import { type Findings, findingOf } from '../../findings.ts'
import { type ConnectionCheck, type ProviderContext, ProviderError, type QuotaProvider } from '../../quota/provider.ts'
import { Type, Value } from '../../schema.ts'
import { within } from '../../within.ts'
import { inModule } from './context.ts'
import { codeOf } from './load.ts'
import { isWebAddress, readReport } from './report.ts'
import type { GivenSecrets } from './secrets.ts'

/** How long a check may go on after its signal. */
const LAST_WORDS_MS = 200
const CLOSE_MS = 2000
const RETRY_SECONDS_MAX = 3600
/** A status, a system's code: nothing that could hold what an upstream sent. */
const REASON = /^[\w .,-]{1,60}$/
/** The name of an error's class, or a system's code. */
const CODE = /^[A-Za-z_]{1,40}$/

const Check = Type.Union([
  Type.Object({ health: Type.Literal('ok') }),
  Type.Object({
    health: Type.Union([Type.Literal('limited'), Type.Literal('failing')]),
    finding: Type.String()
  })
])
const Details = Type.Object({
  expiresAt: Type.Optional(Type.Union([Type.Date(), Type.Literal('never')])),
  hidden: Type.Optional(Type.Array(Type.String()))
})
const Thrown = Type.Object({
  code: Type.Union([
    Type.Literal('PROVIDER_REJECTED'),
    Type.Literal('QUOTA_UNAVAILABLE'),
    Type.Literal('PROVIDER_TIMEOUT')
  ]),
  finding: Type.String()
})

export interface Containment {
  context: Pick<ProviderContext, 'name' | 'log'>
  /** The module's own. */
  findings: Findings
  secrets: GivenSecrets
  /** What a connection is asked with is a copy: nobody else's is changed. */
  provider: () => QuotaProvider
}

/** The provider that `provider` makes; when it makes none, one that fails. */
export function contain({ context, findings, secrets, provider: make }: Containment): QuotaProvider {
  const { name, log } = context

  function fault(error: unknown, doing: string): ProviderError {
    const { reason, at } = tellFault(error)
    log.warn(
      { finding: 'adapter-failed', doing, reason, at },
      'the adapter of a module failed, through a fault of its own'
    )
    return new ProviderError('QUOTA_UNAVAILABLE', 'adapter-failed', { reason })
  }

  /** What it meant to throw, or its fault. */
  function failure(error: unknown, doing: string): ProviderError {
    if (!Value.Check(Thrown, error) || findingOf(error.finding, findings) === undefined) return fault(error, doing)
    const { reason, retryAfterSeconds } = Object(error)
    const seconds = typeof retryAfterSeconds === 'number' && retryAfterSeconds > 0 ? retryAfterSeconds : undefined
    return new ProviderError(error.code, error.finding, {
      reason: typeof reason === 'string' && REASON.test(reason) && !secrets.isIn(reason) ? reason : undefined,
      retryAfterSeconds: seconds && Math.min(Math.ceil(seconds), RETRY_SECONDS_MAX)
    })
  }

  let provider: QuotaProvider | undefined
  try {
    provider = inModule(name, make)
    for (const part of ['fetchReport', 'check', 'upgradeUrl', 'close'])
      if (typeof Reflect.get(Object(provider), part) !== 'function') throw new TypeError(`${part} is no function`)
  } catch (error) {
    provider = undefined
    fault(error, 'create')
  }
  const made = (): QuotaProvider => {
    if (provider) return provider
    throw new ProviderError('QUOTA_UNAVAILABLE', 'adapter-failed', { reason: 'it was not made' })
  }
  const given = (connection: unknown): unknown => {
    secrets.learn(connection)
    return structuredClone(connection)
  }

  return {
    async fetchReport(connection, options) {
      const provider = made()
      const report = await inModule(name, async () => provider.fetchReport(given(connection), options)).catch(error => {
        throw failure(error, 'fetchReport')
      })
      const read = readReport(report, name, secrets)
      if (typeof read !== 'string') return read
      log.warn(
        { finding: 'report-unusable', reason: read },
        'the adapter of a module gave a report that cannot be used'
      )
      throw new ProviderError('PROVIDER_REJECTED', 'report-unusable')
    },
    async check(connection, { signal }) {
      try {
        const provider = made()
        const asked = inModule(name, async () => provider.check(given(connection), { signal }))
        return readCheck(await untilLate(asked, signal), findings)
      } catch (error) {
        if (error instanceof ProviderError) return { health: 'failing', finding: error.finding }
        return { health: 'failing', finding: failure(error, 'check').finding }
      }
    },
    upgradeUrl(connection, group) {
      try {
        const url: unknown = inModule(name, () => provider?.upgradeUrl(given(connection), group))
        return typeof url === 'string' && isWebAddress(url) && !secrets.isIn(url) ? url : undefined
      } catch (error) {
        fault(error, 'upgradeUrl')
        return undefined
      }
    },
    async close() {
      const closing = inModule(name, async () => provider?.close())
      await within(CLOSE_MS, closing, () => undefined).catch(error => void fault(error, 'close'))
    }
  }
}

/** What does not hear its signal is not waited for. */
async function untilLate<Result>(asked: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const over = Promise.withResolvers<never>()
  const giveUp = async () => {
    await sleep(LAST_WORDS_MS)
    over.reject(new ProviderError('PROVIDER_TIMEOUT', 'timeout'))
  }
  if (signal.aborted) void giveUp()
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    return await Promise.race([asked, over.promise])
  } finally {
    signal.removeEventListener('abort', giveUp)
    over.promise.catch(() => {})
  }
}

function readCheck(given: unknown, findings: Findings): ConnectionCheck {
  if (!Value.Check(Check, given)) throw new TypeError('the check is not as its type says')
  if (given.health !== 'ok' && findingOf(given.finding, findings) === undefined)
    throw new TypeError('the check has a finding that nobody knows')
  const { expiresAt, hidden } = Value.Check(Details, given) ? given : {}
  const details = { ...(expiresAt !== undefined && { expiresAt }), ...(hidden && { hidden }) }
  return given.health === 'ok'
    ? { health: 'ok', ...details }
    : { health: given.health, finding: given.finding, ...details }
}

/** An error's name, its system code and where it was thrown: never its message, which may hold what an upstream sent. */
export function tellFault(error: unknown): { reason: string; at: string } {
  if (!(error instanceof Error)) return { reason: 'what it threw is no error', at: '' }
  const { name, message, stack = '' } = error
  const reason = [name, codeOf(error)].filter(part => part && CODE.test(part)).join(' ')
  // The place alone: the stack repeats the message.
  const [, at = ''] = /^ {4}at (?:.*[ (])?(?:file:\/\/)?([^\s()]+:\d+:\d+)\)?$/m.exec(stack.replace(message, '')) ?? []
  return { reason, at }
}
