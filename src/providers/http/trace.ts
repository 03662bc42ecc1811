// A mapping at work, step by step: what was asked, what each place held, and what became of it.
import { ProviderError } from '../../quota/provider.ts'
import type { QuotaReport } from '../../quota/report.ts'
import { Value } from '../../schema.ts'
import type { NamedCall } from '../http-client.ts'
import { type Ask, readAnswers } from './answers.ts'
import { authHeaders } from './auth.ts'
import { createCalls } from './calls.ts'
import { type Answers, convert, read, readAmount } from './convert.ts'
import type { Place, Problem } from './found.ts'
import { type Mapping, readMapping } from './mapping.ts'
import type { NumberValue } from './numbers.ts'
import { outline, showValue } from './outline.ts'
import type { Request } from './requests.ts'
import { type HttpConnection, type HttpSettings, settingsSchema } from './schema.ts'
import { isReadValue } from './texts.ts'

const FOUND_MAX = 5

export interface TracedRequest {
  name: string
  /** From 1. */
  page: number
  method: 'GET' | 'POST'
  url: string
  /** Without what authorises the call. */
  headers: Record<string, string>
  body?: string
  /** How long the answer took, in milliseconds; of a recorded one absent. */
  ms?: number
  /** The form of the answer; absent where there was none. */
  answer?: string
  /** Why there was none. */
  finding?: string
  reason?: string
}

export interface TracedValue {
  /** Such as `quotas.credits.used`. */
  value: string
  /** What each of its places held; the first five where there are more. */
  found: { at: string; values: string[]; more: number }[]
  /** What it was turned into, where it could be read. */
  became?: string
  /** Why it is left out. */
  problem?: string
}

export interface Trace {
  requests: TracedRequest[]
  /** Requests that were not made, since they need a value that an earlier answer does not have. */
  notMade: string[]
  values: TracedValue[]
  report: QuotaReport | ProviderError
}

export interface TraceOptions {
  /** The provider's, in the configuration. */
  name: string
  /** Undefined for a provider without fields. */
  connection: HttpConnection | undefined
  /** Milliseconds since 1970. */
  now: () => number
  /** How long all requests together may take. */
  limitMs: number
  /** Answers in the place of the API's. */
  recorded?: Ask | undefined
}

/** Whether these are settings of a provider of type http. */
export function isMapping(settings: unknown): settings is HttpSettings {
  return Value.Check(settingsSchema, settings)
}

/** Asks and reads as the provider does. Of what came nothing is kept. */
export async function traceMapping(settings: HttpSettings, options: TraceOptions): Promise<Trace> {
  const { mapping } = readMapping(settings)
  if (!mapping) throw new TypeError('a mapping with mistakes cannot be traced')
  const { name, connection = {}, now, limitMs, recorded } = options
  const trace: Trace = { requests: [], notMade: [], values: [], report: unread() }
  const calls = createCalls(mapping, event => {
    if (event.kind === 'upstream-called' && event.operation === 'token')
      trace.requests.push(tokenRequest(mapping, event))
  })
  const signal = AbortSignal.timeout(limitMs)
  const deadlineAt = performance.now() + limitMs
  const ask = recorded ?? calls.asking(connection, { signal, deadlineAt, planMayHaveChanged: false })
  const open = new Set(Object.keys(settings.headers ?? {}).map(header => header.toLowerCase()))
  const traced: Ask = async (call, request, page) => {
    const told = tellRequest(call, request, page, maskedHeaders(mapping, connection, open))
    trace.requests.push(told)
    const started = performance.now()
    const end = () => void (recorded ?? Object.assign(told, { ms: Math.ceil(performance.now() - started) }))
    try {
      const document = await ask(call, request, page)
      end()
      told.answer = outline(document)
      return document
    } catch (error) {
      end()
      if (error instanceof ProviderError)
        Object.assign(told, { finding: error.finding, ...(error.reason !== undefined && { reason: error.reason }) })
      throw error
    }
  }
  try {
    const at = new Date(now())
    const documents = await readAnswers(mapping.requests, connection, at, traced)
    trace.notMade = mapping.requests.map(request => request.name).filter(made => documents.get(made) === undefined)
    const answers = { connection, now: at, answerTo: (request: string) => documents.get(request), onProblem: () => {} }
    trace.values = valuesOf(mapping, answers)
    trace.report = convert(mapping, name, answers)
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    trace.report = error
  } finally {
    await calls.close()
  }
  return trace
}

const unread = () => new ProviderError('PROVIDER_REJECTED', 'nothing-found')

function tellRequest(
  { method = 'GET', url, body, headers }: NamedCall,
  { name }: Request,
  page: number,
  authorized: Record<string, string>
): TracedRequest {
  return {
    ...{ name, page, method, url: url.href, headers: { ...headers, ...authorized } },
    ...(body !== undefined && { body })
  }
}

function tokenRequest(
  { auth }: Mapping,
  { ms, finding, reason }: { ms: number; finding?: string; reason?: string | undefined }
): TracedRequest {
  return {
    ...{
      name: 'token',
      page: 1,
      method: 'POST',
      url: auth.oauth2?.tokenUrl.href ?? '',
      headers: {},
      ms: Math.ceil(ms)
    },
    ...(finding === undefined ? { answer: 'a token' } : { finding }),
    ...(reason !== undefined && { reason })
  }
}

/** What authorises a call is never told; `open` are names of headers that do not. */
function maskedHeaders(
  { auth }: Mapping,
  connection: HttpConnection,
  open: ReadonlySet<string>
): Record<string, string> {
  const headers = { ...authHeaders(auth, connection), ...(auth.oauth2 && { authorization: 'Bearer ' }) }
  return Object.fromEntries(
    Object.entries(headers).map(([header, value]) => {
      const [scheme = ''] = header === 'authorization' ? (/^(Bearer|Basic) /.exec(value) ?? []) : []
      return [header, open.has(header) ? value : `${scheme}[secret]`]
    })
  )
}

function valuesOf(mapping: Mapping, answers: Answers): TracedValue[] {
  const { plans, state, stateEndsAt, quotas } = mapping
  const look = <Written extends Pick<NumberValue, 'places' | 'onMissing'>>(
    value: string,
    written: Written | undefined,
    readIt: (written: Written, answers: Answers) => string | number | Date | undefined
  ) => {
    if (!written) return []
    // What must be there and is not fails the call; here it is told like any other.
    const lenient = written.onMissing === 'fail' ? { ...written, onMissing: 'omit' as const } : written
    return [lookAt(value, written.places, answers, told => readIt(lenient, told))]
  }
  return [
    ...plans.flatMap(({ id, name }, index) => [
      ...look(`plans.${index}.id`, id, (text, told) => read(text, '', told)),
      ...look(`plans.${index}.name`, isReadValue(name) ? name : undefined, (text, told) => read(text, '', told))
    ]),
    ...look('state', state, (text, told) => read(text, '', told)),
    ...look('stateEndsAt', stateEndsAt, (moment, told) => read(moment, '', told)),
    ...quotas.flatMap(({ feature, used, limit, renewsAt }) => [
      ...look(`quotas.${feature}.used`, used, (number, told) => readAmount(number, '', told)),
      ...look(`quotas.${feature}.limit`, limit, (number, told) => readAmount(number, '', told)),
      ...look(`quotas.${feature}.renewsAt`, renewsAt, (moment, told) => read(moment, '', told))
    ])
  ]
}

function lookAt(
  value: string,
  places: readonly Place[],
  answers: Answers,
  readIt: (answers: Answers) => string | number | Date | undefined
): TracedValue {
  const problems: Problem[] = []
  const became = readIt({ ...answers, onProblem: (_what, problem) => void problems.push(problem) })
  const found = places.map(({ request, text, find }) => {
    const values = find(answers.answerTo(request)) ?? []
    return { at: text, values: values.slice(0, FOUND_MAX).map(showValue), more: Math.max(0, values.length - FOUND_MAX) }
  })
  const [problem] = problems
  return {
    ...{ value, found },
    ...(became !== undefined && { became: became instanceof Date ? became.toISOString() : String(became) }),
    ...(problem && { problem: `${problem.at}: ${problem.message}` })
  }
}
