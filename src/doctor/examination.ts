// What all checks of one examination share: the configuration as far as it is right, the store, the providers' answers.
// Everything is looked at when it is first wanted, once.
import { dirname, resolve } from 'node:path'
import { type Configuration, inspectConfiguration } from '../config/load.ts'
import { fillPlaceholders } from '../config/placeholders.ts'
import type { ConfiguredAction } from '../config/providers.ts'
import { configuredSecrets } from '../config/secrets.ts'
import type { Mistake } from '../mistakes.ts'
import { once } from '../once.ts'
import type { ProviderAdapter } from '../quota/provider.ts'
import type { SourceSettings } from '../quota/source.ts'
import { IN_MEMORY } from '../store/database.ts'
import { inspectStore, type StoreInspection, sqliteFile } from '../store/inspection.ts'
import { within } from '../within.ts'
import { type Asked, askProvider } from './asked.ts'
import { Skip } from './check.ts'
import { namesOfSecrets } from './credentials.ts'
import { createMask, type Mask } from './mask.ts'
import type { Answer } from './result.ts'
import { listenForDates, type ServerDate } from './server-dates.ts'
import { pickConnection } from './site.ts'
import { lookUp, type Placeholder, readWritten, type Written } from './written.ts'

const CLOSE_MS = 2000

export interface ExaminationOptions {
  /** The path of the configuration. */
  file: string
  environment: NodeJS.ProcessEnv
  adapters: ReadonlyMap<string, ProviderAdapter>
  /** Milliseconds since 1970. */
  now: () => number
  /** Base URIs to call, beside those that the configuration tells of. */
  urls: readonly string[]
  /** Looks at every row of the store, not at some. */
  all: boolean
  /** What an owner would be shown. */
  asked?: { action: string; languages: readonly string[] }
  /** The site that is meant, where it matters. */
  site?: string
  /** Of this program, a command line that can be pasted where this one was typed. */
  commandLine: (...words: string[]) => string
  onProgress: (done: number, total: number) => void
}

/** How a store was met. */
export type StoreReach =
  | { kind: 'none'; why: string }
  | { kind: 'absent'; file: string }
  | { kind: 'open'; inspection: StoreInspection }
  | { kind: 'closed'; error: unknown }

export interface Examination extends ExaminationOptions {
  /** Undefined when the file cannot be read. */
  written: Written | undefined
  mistakes: readonly Mistake[]
  /** What of the configuration is right. */
  parts: Partial<Configuration>
  mask: Mask
  /** Placeholders that nothing stands for, or what is no value. */
  unfit: readonly Placeholder[]
  /** Whether a part of the configuration has no mistake in it. */
  isRight(...path: string[]): boolean
  /** For what depends on a part that is not right: which check tells more. */
  notRight(...path: string[]): Skip
  /** The configured providers by name; undefined for those that are not right. */
  providers: ReadonlyMap<string, SourceSettings | undefined>
  /** The configured actions by key; of those that are not right, or whose provider is not, why nobody can look at them. */
  actions: ReadonlyMap<string, ConfiguredAction | Skip>
  reachStore(): Promise<StoreReach>
  /**
   * The store, where there is one that can be read and whose tables are those of this version.
   * @throws {Skip}
   */
  readableStore(): Promise<StoreInspection>
  /**
   * A provider's answers, asked for once.
   * @throws {Skip} when there is no connection to ask with
   */
  ask(source: SourceSettings): Promise<Asked>
  /** What other clocks said so far. */
  dates: readonly ServerDate[]
  /** Keeps what an owner reads, to be shown whole. */
  answered(answer: Answer): void
  /** What was kept. */
  answer: Answer | undefined
  close(): Promise<void>
}

/** Begins an examination; nothing is asked yet. */
export function beginExamination(options: ExaminationOptions): Examination {
  const { file, environment, adapters, now, site } = options
  const written = readWritten(file)
  const { mistakes, parts } = inspectConfiguration(written?.text ?? '', {
    ...{ environment, adapters },
    folder: dirname(resolve(file))
  })
  const mask = createMask({
    filled: fillPlaceholders(written?.value, environment, []).value,
    secretNames: [...configuredSecrets(adapters), ...[...(parts.providers?.values() ?? [])].flatMap(namesOfSecrets)],
    placed: (written?.placeholders ?? []).map(({ name, places }) => ({
      value: lookUp(name, environment).value ?? '',
      places
    }))
  })
  const isMistaken = (places: readonly string[][]) =>
    places.some(place => mistakes.some(({ path }) => path.join('\n') === place.join('\n')))
  const unfit = (written?.placeholders ?? []).filter(
    ({ name, places }) => lookUp(name, environment).mistake !== undefined && isMistaken(places)
  )
  const isRight = (...place: string[]) =>
    written !== undefined && !mistakes.some(({ path }) => path.length === 0 || isWithin(path, place))
  const notRight = (...place: string[]) => {
    if (!written) return new Skip('there is no configuration (QB-CONFIG)')
    const lacks = unfit.some(({ places }) => places.some(named => isWithin(named, place)))
    const at = place.join('.')
    return new Skip(lacks ? `what ${at} names is not there (QB-CONFIG-VARIABLES)` : `${at} is not right (QB-CONFIG)`)
  }
  const opened = new AsyncDisposableStack()
  const { dates, stop } = listenForDates(now)
  opened.defer(stop)
  const reachStore = once(async (): Promise<StoreReach> => {
    const { store } = parts
    if (!store || store.url === IN_MEMORY)
      return { kind: 'none', why: isRight('store') ? 'the configuration has no store' : notRight('store').message }
    try {
      const inspection = await inspectStore(store)
      if (!inspection) return { kind: 'absent', file: sqliteFile(store.url) ?? '' }
      opened.defer(() => inspection.close())
      return { kind: 'open', inspection }
    } catch (error) {
      return { kind: 'closed', error }
    }
  })
  const readableStore = once(async (): Promise<StoreInspection> => {
    const { inspection } = demandReach(await reachStore())
    const { pending, foreign } = await inspection.steps()
    if (pending.length + foreign.length === 0) return inspection
    throw new Skip("the store's tables are not those of this version (QB-STORE-TABLES)")
  })
  const asking = new Map<string, () => Promise<Asked>>()
  const examination: Examination = {
    ...options,
    written,
    mistakes: written
      ? mistakes
      : [{ path: [], message: 'cannot be read; name one with --config FILE or QUOTA_BRIDGE_CONFIG.' }],
    parts,
    mask,
    unfit,
    isRight,
    notRight,
    providers: new Map([
      ...Object.keys(Object(Object(written?.value).providers)).map(name => [name, undefined] as const),
      ...(parts.providers ?? [])
    ]),
    actions: new Map(
      Object.entries(Object(Object(written?.value).actions)).map(([key, entry]) => {
        const provider = String(Object(entry).provider)
        return [
          key,
          parts.actions?.get(key) ??
            (isRight('actions', key) ? notRight('providers', provider) : notRight('actions', key))
        ]
      })
    ),
    reachStore,
    readableStore,
    ask(source) {
      const ask =
        asking.get(source.name) ??
        once(async () => {
          const asked = await askProvider(source, await pickConnection(source, readableStore, site), now)
          opened.defer(() => asked.close())
          return asked
        })
      asking.set(source.name, ask)
      return ask()
    },
    dates,
    answered(answer) {
      examination.answer = answer
    },
    answer: undefined,
    // Whoever still waits for an answer is not waited for.
    close: () => within(CLOSE_MS, opened.disposeAsync(), () => undefined)
  }
  return examination
}

/** Whether a path leads to a place, or to what is within it. */
export function isWithin(path: readonly string[], place: readonly string[]): boolean {
  return place.every((key, depth) => path[depth] === key)
}

/** @throws {Skip} for a store of which nothing can be known */
export function demandReach(reach: StoreReach): Extract<StoreReach, { kind: 'open' }> {
  if (reach.kind === 'open') return reach
  if (reach.kind === 'none') throw new Skip(reach.why)
  throw new Skip(reach.kind === 'absent' ? 'there is no store yet' : 'the store cannot be read (QB-STORE-REACHED)')
}
