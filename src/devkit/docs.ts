// What of docs/ is made from code: the configuration, the errors, the findings, the languages, the doctor's checks.
import { ForwardListSchema, ForwardSchema } from '../config/forward.ts'
import { ActionSchema, ConfigurationSchema, providerSchema } from '../config/schema.ts'
import { checks } from '../doctor/checks/index.ts'
import { Result } from '../doctor/result.ts'
import { errorCatalogue } from '../errors.ts'
import { type Findings, sharedFindings } from '../findings.ts'
import { LANGUAGES } from '../presentation/catalogues.ts'
import { wordsOf } from '../presentation/words.ts'
import { adapters } from '../providers/index.ts'
import type { TSchema } from '../schema.ts'

/** The reference with its tables written anew; everything else stays as it is. */
export function updateReference(reference: string): string {
  return [
    ['configuration', configurationTable()],
    ['errors', errorTable()],
    ['findings', findingsTable()],
    ['languages', languageTable()]
  ].reduce((text, [name, table]) => replacePart(text, name ?? '', table ?? ''), reference)
}

/** The doctor's page with its table written anew. */
export function updateDoctorPage(page: string): string {
  const rows = checks.map(({ code, looksAt, warnsWhen = '—', failsWhen = '—', offline }) => [
    `\`${code}\`${offline ? ' ¹' : ''}`,
    looksAt,
    warnsWhen,
    failsWhen
  ])
  return replacePart(page, 'checks', table(['code', 'what is looked at', '! warns when', '✗ fails when'], rows))
}

/** The JSON Schema of what `doctor --json` prints. */
export function doctorSchema(): string {
  return `${JSON.stringify(Result, null, 2)}\n`
}

function replacePart(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}: written by npm run docs -->`, `<!-- end of ${name} -->`]
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`The page has no place for ${name}: ${start} … ${end}`)
  return `${text.slice(0, from + start.length)}\n${content}\n${text.slice(to)}`
}

function errorTable(): string {
  const rows = Object.entries(errorCatalogue).map(([code, { status, message, remedy }]) => [
    String(status),
    `\`${code}\``,
    message,
    remedy
  ])
  return table(
    ['status', 'code', 'what happened', 'what to do'],
    rows.sort(([a = ''], [b = '']) => a.localeCompare(b))
  )
}

function languageTable(): string {
  const nameOf = (language: string, reader: string) =>
    new Intl.DisplayNames([reader], { type: 'language' }).of(language)
  const rows = LANGUAGES.map(language => [
    `\`${language}\``,
    nameOf(language, 'en') ?? language,
    nameOf(language, language) ?? language,
    wordsOf(language).size(Math.ceil(1.4 * 1024 ** 3))
  ])
  return table(['tag', 'language', 'its own name', 'a size'], rows)
}

function findingsTable(): string {
  const rowsFor = (of: string, findings: Findings) =>
    Object.entries(findings).map(([finding, words]) => [`\`${finding}\``, of, ...words])
  const own = [...adapters.values()].flatMap(({ type, findings = {} }) => rowsFor(`\`${type}\``, findings))
  return table(['finding', 'provider', 'what happened', 'what to do'], [...own, ...rowsFor('any', sharedFindings)])
}

function configurationTable(): string {
  const { providers: _providers, actions: _actions, ...sections } = ConfigurationSchema.properties
  const rows = Object.entries(sections).flatMap(([key, schema]) => [
    ...rowsOf(key, schema, isRequired(ConfigurationSchema, key)),
    ...(key === 'forward' ? forwardRows() : [])
  ])
  for (const adapter of adapters.values()) {
    // What only a connection per site has comes last.
    const [shared, perSite] = (['shared', 'per-site'] as const).map(sites =>
      rowsOf(`providers.<${adapter.type}>`, providerSchema(adapter, sites), true).slice(1)
    )
    const known = new Set(shared?.map(([path]) => path))
    rows.push(...(shared ?? []), ...(perSite ?? []).filter(([path]) => !known.has(path)))
  }
  rows.push(...rowsOf('actions.<key>', ActionSchema, true).slice(1))
  return table(['key', 'what it is', 'default', 'example'], rows)
}

/** What each entry of a list has beside the keys of a single server comes last. */
function forwardRows(): string[][] {
  const { items } = ForwardListSchema
  return [
    ...rowsOf('forward', ForwardSchema, false).slice(1),
    ...rowsOf('forward[].basePath', items.properties.basePath, true)
  ]
}

function rowsOf(path: string, schema: TSchema, required: boolean): string[][] {
  const hasDefault = schema.default !== undefined || !required
  const value = schema.default === undefined || schema.type === 'object' ? '' : code(schema.default)
  const example = Array.isArray(schema.examples) ? code(schema.examples[0]) : ''
  const row = [
    `\`${path}\``,
    schema.description ?? (schema.const === undefined ? '' : `\`${schema.const}\``),
    hasDefault ? value || '—' : '**needed**',
    example
  ]
  const inner = schema.type === 'array' ? schema.items : schema
  const inside: Record<string, TSchema> = inner?.properties ?? {}
  const prefix = schema.type === 'array' ? `${path}[]` : path
  return [
    row,
    ...Object.entries(inside).flatMap(([key, property]) => rowsOf(`${prefix}.${key}`, property, isRequired(inner, key)))
  ]
}

function isRequired({ required }: TSchema, key: string): boolean {
  return Array.isArray(required) && required.includes(key)
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows]
    .map(cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n')
}
