// Tests that stand beside a mapping: recorded answers, and what is to be read from them. No network.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { parse } from 'yaml'
import { schemaMistakes, sentenceOf, suggest } from '../../mistakes.ts'
import { ProviderError } from '../../quota/provider.ts'
import type { QuotaReport } from '../../quota/report.ts'
import { type Static, Type, Value } from '../../schema.ts'
import { type Ask, readAnswers } from './answers.ts'
import { convert } from './convert.ts'
import { http } from './index.ts'
import { parseExact } from './json.ts'
import { type Mapping, readMapping } from './mapping.ts'
import { settingsSchema } from './schema.ts'

const strict = { additionalProperties: false }
const Files = Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1 })], {
  description: 'a file in recorded/, or one for each page'
})
const Quota = Type.Object(
  {
    used: Type.Integer(),
    limit: Type.Union([Type.Integer(), Type.Literal('unlimited')]),
    renewsAt: Type.Optional(Type.String({ description: 'a moment', examples: ['2026-12-01T00:00:00Z'] }))
  },
  strict
)
const Expected = Type.Object(
  {
    finding: Type.Optional(Type.String({ description: 'why the call fails' })),
    plans: Type.Optional(Type.Array(Type.Object({ id: Type.String(), name: Type.Optional(Type.Unknown()) }, strict))),
    quotas: Type.Optional(Type.Record(Type.String(), Quota, { description: 'every quota that is read, by feature' })),
    state: Type.Optional(Type.String()),
    stateEndsAt: Type.Optional(Type.String()),
    upgradeUrl: Type.Optional(Type.String()),
    leftOut: Type.Optional(
      Type.Array(Type.String(), { description: 'what cannot be read', examples: [['quotas.credits.used']] })
    )
  },
  { ...strict, minProperties: 1, description: 'what is to come of it' }
)
const Test = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'a sentence about what is read' }),
    connection: Type.Optional(Type.Record(Type.String(), Type.String())),
    now: Type.Optional(Type.String({ description: 'what the clock says', examples: ['2026-11-22T12:00:00Z'] })),
    answers: Type.Record(Type.String(), Files, { description: 'what each request is answered with' }),
    asked: Type.Optional(Type.Array(Type.String(), { description: 'the requests, in order: method, URL, body' })),
    expect: Expected
  },
  strict
)
type Test = Static<typeof Test>
const TestFile = Type.Object(
  {
    configuration: Type.String({ description: 'the configuration, beside this file', examples: ['quota-bridge.yaml'] }),
    provider: Type.String({ description: 'a name from its providers:', examples: ['credits'] }),
    tests: Type.Array(Test, { minItems: 1 })
  },
  strict
)

/** A test that cannot be run: it, its configuration or a recorded answer is not right. */
export class MappingTestError extends Error {
  override readonly name = 'MappingTestError'
}

export interface MappingTestResult {
  name: string
  /** What is wrong, one line each; empty when all is right. */
  differences: string[]
}

/**
 * Runs the tests of one file. Placeholders such as `${API_KEY}` of its configuration need not be set.
 * @throws {MappingTestError} that says what is wrong with the file, its configuration or a recorded answer
 */
export async function runMappingTests(file: string): Promise<MappingTestResult[]> {
  const written = readYaml(file, readText(file))
  if (!Value.Check(TestFile, written)) throw broken(file, schemaMistakes(TestFile, written))
  const folder = dirname(file)
  const configuration = join(folder, written.configuration)
  const { mapping, secrets } = readMappingOf(configuration, written.provider)
  const results: MappingTestResult[] = []
  for (const test of written.tests) {
    const differences = await differencesOf(test, mapping, written.provider, join(folder, 'recorded'))
    const hide = hiding(secrets, test.connection)
    results.push({ name: test.name, differences: differences.map(hide) })
  }
  return results
}

/** Somebody may have put a key of theirs into a test: its field stands in its place. */
function hiding(secrets: readonly string[], connection: Readonly<Record<string, string>> = {}) {
  const known = Object.entries(connection).filter(([field]) => secrets.includes(field))
  return (text: string) =>
    known.reduce((hidden, [field, value]) => hidden.replaceAll(encodeURIComponent(value), `{${field}}`), text)
}

function readMappingOf(configuration: string, name: string): { mapping: Mapping; secrets: string[] } {
  const { providers } = Object(readYaml(configuration, readText(configuration).replace(/\$\{([^}]*)\}/g, 'made-up')))
  const entry = Object(providers)[name]
  if (entry === undefined)
    throw new MappingTestError(
      `${configuration} has no provider ${name}; ${suggest(name, Object.keys(Object(providers)))}`
    )
  const { connection: _connection, ...written } = Object(entry)
  const schema = Type.Object({ type: Type.Literal(http.type), ...settingsSchema.properties })
  const settings = Value.Default(schema, written)
  const mistakes = schemaMistakes(schema, settings)
  if (mistakes.length > 0 || !Value.Check(schema, settings)) throw broken(configuration, mistakes)
  const read = readMapping(settings)
  if (!read.mapping) throw broken(configuration, read.mistakes)
  const secrets = Object.keys(settings.fields).filter(field => settings.fields[field]?.secret)
  return { mapping: read.mapping, secrets }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const reason = code === 'ENOENT' ? 'there is none' : code
    throw new MappingTestError(`${file} cannot be read (${reason}).`)
  }
}

function readYaml(file: string, text: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    const [why = ''] = error instanceof Error ? error.message.split('\n') : []
    throw new MappingTestError(`${file} is not YAML: ${why.replace(/:$/, '')}`)
  }
}

function readRecorded(file: string): unknown {
  const text = readText(file)
  try {
    return parseExact(text)
  } catch {
    throw new MappingTestError(`${file} is not JSON, or too much of it.`)
  }
}

function broken(file: string, mistakes: readonly { path: readonly string[]; message: string }[]): MappingTestError {
  return new MappingTestError(
    [`${file}:`, ...mistakes.map(mistake => `  ${mistake.path.join('.')} ${sentenceOf(mistake)}`)].join('\n')
  )
}

async function differencesOf(
  { answers, ...test }: Test,
  mapping: Mapping,
  name: string,
  folder: string
): Promise<string[]> {
  const { connection = {}, now = '2026-11-22T12:00:00Z', asked, expect } = test
  const differences: string[] = []
  const made: string[] = []
  const leftOut: string[] = []
  const left = new Map(Object.entries(answers).map(([request, files]) => [request, [files].flat()]))
  const ask: Ask = async ({ method, url, body }, request) => {
    made.push([method, url.href, body].filter(part => part !== undefined).join(' '))
    const recorded = left.get(request.name)?.shift()
    if (recorded === undefined) throw new ProviderError('PROVIDER_REJECTED', `no recorded answer to ${made.at(-1)}`)
    return readRecorded(join(folder, recorded))
  }
  const at = new Date(now)
  const actual = await readAnswers(mapping.requests, connection, at, ask)
    .then(found =>
      tell(
        convert(mapping, name, {
          connection,
          now: at,
          answerTo: request => found.get(request),
          onProblem: what => void leftOut.push(what)
        })
      )
    )
    .catch(error => {
      if (!(error instanceof ProviderError)) throw error
      return { finding: error.finding }
    })
  const told: Record<string, unknown> = { ...actual, leftOut }
  const expected: Record<string, unknown> = {
    leftOut: [],
    ...('finding' in actual ? { finding: undefined } : {}),
    ...expect,
    ...(asked && { asked })
  }
  if (expect.finding !== undefined && expect.leftOut === undefined) delete expected.leftOut
  for (const [key, wanted] of Object.entries(expected)) {
    const found = key === 'asked' ? made : told[key]
    if (!isDeepStrictEqual(normal(found), normal(wanted)))
      differences.push(`${key}: ${JSON.stringify(normal(found))} where ${JSON.stringify(normal(wanted))} is expected`)
  }
  for (const [request, files] of left)
    for (const file of files) differences.push(`${request}: ${file} was not asked for`)
  return differences
}

/** A report as a test writes it. */
function tell({ state, stateEndsAt, groups: [group] }: QuotaReport) {
  const quotas = (group?.quotas ?? []).map(({ feature, used, limit, renewsAt }) => [
    feature,
    { used, limit, ...(renewsAt && { renewsAt }) }
  ])
  return {
    plans: group?.plans ?? [],
    quotas: Object.fromEntries(quotas),
    ...(state && { state }),
    ...(stateEndsAt && { stateEndsAt }),
    ...(group?.upgradeUrl !== undefined && { upgradeUrl: group.upgradeUrl })
  }
}

/** Moments as one text each, however they are written; the keys of mappings in one order. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal)
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value)) return new Date(value).toISOString()
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inside]) => [key, normal(inside)])
  )
}
