// From a file to a checked configuration, or to all of its mistakes at once.
import type { KeyObject } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { logLevelMistakes } from '../logging.ts'
import { ConfigurationError, type Mistake, schemaMistakes, sentenceOf } from '../mistakes.ts'
import type { ForwardTarget } from '../public/forward/forward.ts'
import type { ProviderAdapter } from '../quota/provider.ts'
import { type Static, Value } from '../schema.ts'
import type { Webhook } from '../webhooks/delivery.ts'
import { readPublicKey } from '../wix/public-key.ts'
import { connectMistakes, withConnectPage } from './connect.ts'
import { parseYaml, type YamlFile } from './document.ts'
import { type ReadFile, readWholeFile } from './files.ts'
import { fit, type IsFilled } from './fit.ts'
import { readForward } from './forward.ts'
import { languageMistakes } from './labels.ts'
import { type ConfiguredManagement, managementMistakes, readManagement } from './management.ts'
import { fillPlaceholders, placeholdersIn, WHY_UNREADABLE } from './placeholders.ts'
import { overridePorts } from './ports.ts'
import { type ConfiguredAction, type ConfiguredProvider, readActions, readProviders } from './providers.ts'
import { ConfigurationSchema } from './schema.ts'
import { ownSecretsOf } from './secrets.ts'
import { portMistakes, serverMistakes } from './server.ts'
import { type ConfiguredStore, readStore, StoreSchema, storeMistakes } from './store.ts'
import { readWebhooks } from './webhooks.ts'
import {
  hiddenFromLog,
  lineWithholder,
  publicValues,
  type Withheld,
  type Withhold,
  withholdFromMistakes
} from './withheld.ts'

export type Configuration = Omit<
  Static<typeof ConfigurationSchema>,
  'wix' | 'management' | 'store' | 'webhooks' | 'providers' | 'actions' | 'forward'
> & {
  wix: { appId: string; publicKeys: KeyObject[]; allowUnsigned: boolean; appSecret?: string }
  management?: ConfiguredManagement
  store?: ConfiguredStore
  /** Who is told of what happens. */
  webhooks: Webhook[]
  /** Where Wix asks for quotas; each ends in a slash. */
  basePaths: string[]
  /** The maker's own servers, with the limits of each. */
  forward: ForwardTarget[]
  providers: ReadonlyMap<string, ConfiguredProvider>
  actions: ReadonlyMap<string, ConfiguredAction>
  /** A line of the log without what must not show there. */
  withhold: Withhold
} & Withheld

export interface LoadOptions {
  environment: NodeJS.ProcessEnv
  adapters: ReadonlyMap<string, ProviderAdapter>
  /** Reads the files that are named; from the disk when left out. */
  readFile?: ReadFile
  /** The configuration's, from which it names modules; where the process works when left out. */
  folder?: string
}

/**
 * Reads and checks a configuration file.
 * @throws {ConfigurationError} with every mistake in it
 */
export function loadConfiguration(file: string, options: LoadOptions): Configuration {
  let text: string
  try {
    text = (options.readFile ?? readWholeFile)(file)
  } catch (error) {
    const reason = WHY_UNREADABLE[error instanceof Error && 'code' in error ? String(error.code) : '']
    const why = reason ? ` (${reason})` : ''
    throw new ConfigurationError([
      {
        path: [],
        message: `The file ${file} cannot be read${why}; name one with --config FILE or QUOTA_BRIDGE_CONFIG.`
      }
    ])
  }
  return readConfiguration(text, { ...options, folder: dirname(resolve(file)) })
}

/**
 * Checks a configuration given as YAML.
 * @throws {ConfigurationError} with every mistake in it
 */
export function readConfiguration(yaml: string, options: LoadOptions): Configuration {
  const { configuration, mistakes } = inspectConfiguration(yaml, options)
  if (!configuration) throw new ConfigurationError(mistakes)
  return configuration
}

/** What there is of a configuration, however much of it is wrong. */
export interface Inspection {
  mistakes: readonly Mistake[]
  /** Absent when there are mistakes. */
  configuration?: Configuration
  /** What is right in itself; a section that is wrong is absent, and so is what is wrong within a list or a mapping. */
  parts: Partial<Configuration>
}

/** Reads a configuration given as YAML as far as it can be read. */
export function inspectConfiguration(yaml: string, options: LoadOptions): Inspection {
  try {
    return inspectFile(yaml, parseYaml(yaml), options)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return { mistakes: error.mistakes, parts: {} }
  }
}

function inspectFile(
  yaml: string,
  file: YamlFile,
  { environment, adapters, folder = process.cwd(), readFile }: LoadOptions
): Inspection {
  const mistakes: Mistake[] = [...logLevelMistakes(environment), ...file.mistakes]
  const filled = fillPlaceholders(file.value, environment, mistakes, readFile)
  const isFilled: IsFilled = path => filled.writtenAt(path) !== undefined
  const filledIn = overridePorts(filled.value, environment, mistakes)
  // Before defaults are filled in: what was written matters.
  const basePath = entry(entry(filledIn, 'server'), 'basePath')
  const draft = fit(ConfigurationSchema, Value.Default(ConfigurationSchema, filledIn), isFilled)
  mistakes.push(...languageMistakes(entry(entry(draft, 'presentation'), 'language')))
  mistakes.push(...schemaMistakes(ConfigurationSchema, draft))
  // Also where the file as a whole is wrong already: an operator wants all mistakes in one run.
  const written = readProviders(entry(draft, 'providers'), { adapters, folder }, isFilled, mistakes)
  const actions = readActions(entry(draft, 'actions'), written, mistakes)
  const forwarding = readForward(entry(draft, 'forward'), basePath, isFilled, mistakes)
  const publicKeys = readPublicKeys(entry(entry(draft, 'wix'), 'publicKey'), mistakes)
  const valid = Value.Check(ConfigurationSchema, draft) ? draft : undefined
  if (valid)
    mistakes.push(
      ...serverMistakes(valid.server),
      ...managementMistakes(valid.management),
      ...portMistakes(valid, forwarding.forward)
    )
  const store = readStore(valid?.store, mistakes)
  const webhooks = readWebhooks(valid?.webhooks, mistakes)
  if (valid)
    mistakes.push(
      ...storeMistakes(
        store !== undefined,
        store?.url.startsWith('postgres') ?? false,
        valid.wix.allowUnsigned,
        valid.server.publicUrl,
        written
      ),
      ...connectMistakes(valid.connect, {
        publicUrl: valid.server.publicUrl,
        hasStore: store !== undefined,
        hasAppSecret: valid.wix.appSecret !== undefined,
        allowUnsigned: valid.wix.allowUnsigned,
        basePaths: forwarding.basePaths,
        providers: written
      })
    )
  const providers = valid ? withConnectPage(written, valid.connect, valid.server.publicUrl) : written
  const read = { ...forwarding, publicKeys, webhooks, providers, actions, ...(store && { store }) }
  const plain = placeholdersIn(yaml).reduce((text, placeholder) => text.replaceAll(placeholder, ' '), yaml)
  if (mistakes.length > 0 || !valid) {
    const tell = withholdFromMistakes(filled, publicValues(plain, [...adapters.keys()]))
    const told = onePerPlace(mistakes).map(mistake => withLine(tell(mistake), file.lineOf))
    told.sort((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity) || 0)
    return { mistakes: told, parts: partsOf(draft, read, told) }
  }
  const { wix, management, store: _store, forward: _forward, ...others } = valid
  const { publicKeys: _keys, ...parts } = read
  const { publicKey: _key, ...wixWithoutKey } = wix
  // Whoever looks for a wrong app's id compares it with the one that came.
  const withheld = {
    hidden: hiddenFromLog(filled.fillings, publicValues(plain, [...adapters.keys(), wix.appId])),
    ownSecrets: ownSecretsOf(providers.values(), adapters)
  }
  const configuration = {
    ...others,
    ...parts,
    wix: { ...wixWithoutKey, publicKeys },
    ...(management && { management: readManagement(management) }),
    ...withheld,
    withhold: lineWithholder(withheld)
  }
  return { mistakes: [], configuration, parts: configuration }
}

type ReadParts = Pick<Configuration, 'basePaths' | 'forward' | 'providers' | 'actions' | 'store'> & {
  publicKeys: KeyObject[]
}

/** Of a file that is wrong somewhere, the sections that are right, and of providers and actions those that are. */
function partsOf(
  draft: unknown,
  { publicKeys, store, providers, actions, forward, basePaths }: ReadParts,
  mistakes: readonly Mistake[]
): Partial<Configuration> {
  const isRight = (...at: string[]) => !mistakes.some(({ path }) => at.every((key, depth) => path[depth] === key))
  const { wix: Wix, server: Server, presentation: Presentation } = ConfigurationSchema.properties
  const [wix, server, presentation] = ['wix', 'server', 'presentation'].map(key => entry(draft, key))
  const keptStore = store ?? readWrittenStore(entry(draft, 'store'))
  return {
    providers: new Map([...providers].filter(([name]) => isRight('providers', name))),
    actions: new Map([...actions].filter(([key]) => isRight('actions', key))),
    ...(Value.Check(Wix, wix) && isRight('wix') && { wix: { ...wix, publicKeys } }),
    ...(Value.Check(Server, server) && isRight('server') && { server, basePaths }),
    ...(isRight('forward') && { forward }),
    ...(Value.Check(Presentation, presentation) && { presentation }),
    ...(keptStore && isRight('store') && { store: keptStore })
  }
}

function readWrittenStore(written: unknown): ConfiguredStore | undefined {
  return Value.Check(StoreSchema, written) ? readStore(written, []) : undefined
}

function entry(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}

function readPublicKeys(value: unknown, mistakes: Mistake[]): KeyObject[] {
  const list = Array.isArray(value) ? value : [value]
  return list.flatMap((text, index) => {
    if (typeof text !== 'string' || text === '') return []
    try {
      return [readPublicKey(text)]
    } catch (error) {
      const path = ['wix', 'publicKey', ...(Array.isArray(value) ? [String(index)] : [])]
      mistakes.push({ path, message: error instanceof Error ? error.message : 'is not a public key' })
      return []
    }
  })
}

/** The first mistake at a place is the cause, the later ones its consequences. */
function onePerPlace(mistakes: readonly Mistake[]): Mistake[] {
  const places = new Map<string, Mistake>()
  for (const mistake of mistakes) {
    const place = mistake.path.join('\n')
    if (!places.has(place)) places.set(place, mistake)
  }
  return [...places.values()]
}

/** As it is told: one sentence, with its line. */
function withLine(mistake: Mistake, lineOf: (path: readonly string[]) => number | undefined): Mistake {
  const line = mistake.line ?? lineOf(mistake.path)
  return { path: mistake.path, message: sentenceOf(mistake), ...(line !== undefined && { line }) }
}
