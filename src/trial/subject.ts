// What is tried: a provider of the configuration, with a connection of a site, or with one that is given.
import { fillPlaceholders } from '../config/placeholders.ts'
import { needsConnection } from '../config/schema.ts'
import { Skip } from '../doctor/check.ts'
import { namesOfSecrets } from '../doctor/credentials.ts'
import { beginExamination, type Examination, isWithin } from '../doctor/examination.ts'
import { createMask, type Mask } from '../doctor/mask.ts'
import { pickConnection } from '../doctor/site.ts'
import { readWritten } from '../doctor/written.ts'
import { UsageError } from '../exit.ts'
import { ConfigurationError, type Mistake, schemaMistakes, sentenceOf, suggest } from '../mistakes.ts'
import type { ProviderAdapter } from '../quota/provider.ts'
import type { SourceSettings } from '../quota/source.ts'
import { type TObject, Value } from '../schema.ts'

/** In the place of a value that recorded answers do not need. */
const MADE_UP = 'made-up'
/** In the place of a variable that is not set: another text, since it is masked wherever it stands. */
const NOT_SET = 'not-set-for-recorded-answers'

export interface SubjectOptions {
  /** The path of the configuration. */
  file: string
  environment: NodeJS.ProcessEnv
  adapters: ReadonlyMap<string, ProviderAdapter>
  /** Milliseconds since 1970. */
  now: () => number
  /** The provider's, in the configuration. */
  name: string
  site: string | undefined
  /** NAME=VALUE, each a value of the connection. */
  fields: readonly string[]
  /** Whether nobody is asked: what is not given, or not set, is made up. */
  isRecorded: boolean
}

export interface Subject {
  examination: Examination
  source: SourceSettings
  connection: unknown
  /** The connection as it may be shown. */
  shown: unknown
  mask: Mask
}

/**
 * Finds what is meant. What is wrong in other parts of the configuration does not matter. The examination must be closed.
 * @throws {ConfigurationError} when that provider has mistakes
 * @throws {UsageError} when there is no such provider, or no connection to ask it with
 */
export async function findSubject(options: SubjectOptions): Promise<Subject> {
  const { file, name, site } = options
  const examination = beginExamination({
    ...{ file, adapters: options.adapters, now: options.now, environment: environmentOf(options) },
    ...(site !== undefined && { site }),
    ...{ urls: [], all: false, commandLine: () => '', onProgress: () => {} }
  })
  try {
    const source = sourceOf(examination, name)
    const connection = await connectionOf(source, examination, options)
    const secrets = namesOfSecrets(source)
    const own = createMask({ filled: { connection }, secretNames: secrets, placed: [] })
    const mask: Mask = text => own(examination.mask(text))
    return { examination, source, connection, shown: withoutSecrets(connection, secrets), mask }
  } catch (error) {
    await examination.close()
    throw error
  }
}

function environmentOf({ file, environment, isRecorded }: SubjectOptions): NodeJS.ProcessEnv {
  if (!isRecorded) return environment
  const names = readWritten(file)?.placeholders.map(placeholder => placeholder.name) ?? []
  return { ...Object.fromEntries(names.map(name => [name, NOT_SET])), ...environment }
}

function sourceOf({ providers, mistakes }: Examination, name: string): SourceSettings {
  const source = providers.get(name)
  if (source) return source
  const about = (mistake: Mistake) => mistake.path.length === 0 || isWithin(mistake.path, ['providers', name])
  if (mistakes.some(about)) throw new ConfigurationError(mistakes.filter(about))
  throw new UsageError(`The configuration has no provider ${name}; ${suggest(name, [...providers.keys()])}`)
}

async function connectionOf(
  source: SourceSettings,
  { readableStore }: Examination,
  { fields, site, environment, isRecorded }: SubjectOptions
): Promise<unknown> {
  const { adapter, shared } = source
  if (fields.length > 0 || (isRecorded && !shared && site === undefined))
    return givenConnection(source, fields, environment, isRecorded)
  try {
    return (await pickConnection({ ...source, adapter }, readableStore, site)).connection
  } catch (error) {
    if (!(error instanceof Skip)) throw error
    throw new UsageError(
      `There is no connection to ask with: ${error.message}. Give one with --field NAME=VALUE for each of ${fieldsOf(adapter)}.`
    )
  }
}

const fieldsOf = ({ connectionSchema }: ProviderAdapter) => Object.keys(connectionSchema.properties).join(', ')

function givenConnection(
  { adapter, settings, name }: SourceSettings,
  fields: readonly string[],
  environment: NodeJS.ProcessEnv,
  isRecorded: boolean
): unknown {
  if (!needsConnection(adapter.connectionSchema))
    throw new UsageError(`${name} speaks for nobody: it takes no connection, and no --field.`)
  const written = Object.fromEntries(
    fields.map(field => {
      const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(field) ?? []
      if (key === '') throw new UsageError('--field takes NAME=VALUE, such as customer=cus_1.')
      return [key, value]
    })
  )
  const mistakes: Mistake[] = []
  const { value } = fillPlaceholders(written, environment, mistakes)
  const connection = isRecorded ? { ...madeUp(adapter.connectionSchema), ...Object(value) } : value
  mistakes.push(...schemaMistakes(adapter.connectionSchema, connection))
  if (mistakes.length === 0 && Value.Check(adapter.connectionSchema, connection))
    mistakes.push(...(adapter.connectionMistakes?.(connection, settings) ?? []))
  const [first] = mistakes
  // What stands there may be a secret.
  if (first) throw new UsageError(`--field ${first.path.join('.')} ${sentenceOf({ message: first.message })}.`)
  return adapter.tidyConnection?.(connection) ?? connection
}

function madeUp({ properties }: TObject): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, { examples, secret }]) => [
      key,
      secret ? MADE_UP : (examples?.[0] ?? MADE_UP)
    ])
  )
}

function withoutSecrets(connection: unknown, secrets: readonly string[]): unknown {
  if (typeof connection !== 'object' || connection === null) return undefined
  return Object.fromEntries(
    Object.entries(connection).map(([key, value]) => [key, secrets.includes(key) ? '[secret]' : value])
  )
}
