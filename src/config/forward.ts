// What goes on to the maker's own server, and under which base paths Wix asks for quotas.
import { type Mistake, schemaMistakes, showText } from '../mistakes.ts'
import { isReserved, segmentsOf } from '../public/forward/decide.ts'
import type { ForwardTarget } from '../public/forward/forward.ts'
import { type Static, Type, Value } from '../schema.ts'
import { Duration, durationMistake, durationMs } from './durations.ts'
import { fit, type IsFilled } from './fit.ts'
import { Size, sizeBytes } from './sizes.ts'

const strict = { additionalProperties: false }
/** Less leaves a server no time, more than a timer can count. */
const TIMEOUT = { min: '100ms', max: '1h' }

/** The schema of a path that the base URI of actions leads to. */
export function BasePath(options: { default?: string; description: string; examples: string[] }) {
  return Type.String({ pattern: '^/(?!(.*/)?\\.{1,2}(/|$))[\\w./~-]*$', form: 'a path that begins with /', ...options })
}

/** One server of the maker's. */
export const ForwardSchema = Type.Object(
  {
    to: Type.String({
      pattern: '^https?://[^\\s/?#@\\\\]+(/[^\\s?#\\\\]*)?$',
      description:
        "the address of the maker's own server, in place of the base URI: http:// or https://, without user, query and fragment",
      examples: ['https://actions.example.com/wix']
    }),
    timeout: Duration({
      default: '60s',
      description: 'how long an answer may take to begin, and how long it may pause, 1 h at most'
    }),
    maxConcurrentCalls: Type.Integer({
      minimum: 1,
      default: 1000,
      description: 'how many calls are passed on at once; further ones get 429',
      examples: [1000]
    }),
    maxBodySize: Size({ default: '10MiB', description: 'how large a body may be; a larger one gets 413' })
  },
  { ...strict, description: 'the server that all else goes to', examples: [{ to: 'https://actions.example.com/wix' }] }
)

const ForwardEntrySchema = Type.Object(
  {
    basePath: BasePath({
      description: 'the path of the base URI of some actions, which also answers v1/quota-info',
      examples: ['/email/']
    }),
    ...ForwardSchema.properties
  },
  strict
)
export const ForwardListSchema = Type.Array(ForwardEntrySchema, {
  minItems: 1,
  form: '',
  description: 'a mapping with the key to, or a list of such, each with the key basePath'
})

export interface ConfiguredForward {
  /** Each ends in a slash. */
  basePaths: string[]
  forward: ForwardTarget[]
}

/**
 * The base paths and what is passed on from them; what is wrong in `forward:` goes to `mistakes`.
 * `basePath` is what was written as server.basePath, if anything.
 */
export function readForward(
  written: unknown,
  basePath: unknown,
  isFilled: IsFilled,
  mistakes: Mistake[]
): ConfiguredForward {
  const ownPath = normalPath(typeof basePath === 'string' ? basePath : '/')
  if (written === undefined) return { basePaths: [ownPath], forward: [] }
  if (!Array.isArray(written)) {
    const entry = check(ForwardSchema, written, isFilled, mistakes)
    const forward = entry ? [targetOf({ basePath: ownPath, ...entry }, ['forward'], mistakes)] : []
    return { basePaths: [ownPath], forward }
  }
  if (basePath !== undefined) {
    mistakes.push({
      path: ['server', 'basePath'],
      message:
        'does not go together with a list under forward:, where each entry has a basePath of its own; take it out'
    })
  }
  const entries = check(ForwardListSchema, written, isFilled, mistakes) ?? []
  const forward = entries.map((entry, index) => targetOf(entry, ['forward', String(index)], mistakes))
  forward.forEach(({ basePath }, index) => {
    const at = ['forward', String(index), 'basePath']
    if (forward.findIndex(other => other.basePath === basePath) < index)
      mistakes.push({ path: at, found: basePath, message: 'which an earlier entry has already' })
    if (isReserved(basePath))
      mistakes.push({ path: at, found: basePath, message: 'where pages of Quota Bridge itself lie; choose another' })
  })
  return { basePaths: forward.map(({ basePath }) => basePath), forward }
}

type Entry = Static<typeof ForwardEntrySchema>

function targetOf(entry: Entry, at: string[], mistakes: Mistake[]): ForwardTarget {
  const late = durationMistake(entry.timeout, TIMEOUT)
  if (late) mistakes.push({ path: [...at, 'timeout'], ...late })
  for (const key of ['basePath', 'to'] as const) {
    const [, method] = METHOD.exec(entry[key]) ?? []
    if (method)
      mistakes.push({ path: [...at, key], message: `ends in ${method}, which Wix adds by itself; leave it out` })
  }
  const { origin, pathname } = URL.parse(entry.to) ?? { origin: '', pathname: '' }
  if (origin === '')
    mistakes.push({ path: [...at, 'to'], found: showText(entry.to), message: 'which is not a usable address' })
  return {
    basePath: normalPath(entry.basePath),
    origin,
    path: pathname.replace(/\/*$/, '/'),
    timeoutMs: durationMs(entry.timeout),
    maxConcurrentCalls: entry.maxConcurrentCalls,
    maxBodyBytes: sizeBytes(entry.maxBodySize)
  }
}

/** What a maker might copy along with the base URI. */
const METHOD = /\/(v1\/(?:invoke|validate-configuration|quota-info))\/*$/

function check<Schema extends typeof ForwardSchema | typeof ForwardListSchema>(
  schema: Schema,
  written: unknown,
  isFilled: IsFilled,
  mistakes: Mistake[]
): Static<Schema> | undefined {
  const value = fit(schema, Value.Default(schema, written), isFilled, ['forward'])
  if (Value.Check(schema, value)) return value
  mistakes.push(...schemaMistakes(schema, value, ['forward']))
  return undefined
}

function normalPath(basePath: string): string {
  return segmentsOf(basePath).reduce((path, segment) => `${path}${segment}/`, '/')
}
