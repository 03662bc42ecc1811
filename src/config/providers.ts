// The parts of the configuration that depend on which adapters there are: providers, and the actions that name them.

import { type Mistake, nearestOf, schemaMistakes, showText, suggest } from '../mistakes.ts'
import type { ProviderAdapter } from '../quota/provider.ts'
import { OTHER_FEATURES } from '../quota/selection.ts'
import type { SourceSettings } from '../quota/source.ts'
import { type Static, Value } from '../schema.ts'
import { durationMistake, durationMs } from './durations.ts'
import { fit, type IsFilled } from './fit.ts'
import { labelMistakes } from './labels.ts'
import { ActionSchema, needsConnection, PER_SITE, ProviderShell, providerSchema } from './schema.ts'

/** Less leaves no time for an upstream to answer; more, and Wix may have given up. */
const DEADLINE = { min: '400ms', max: '5s' }

/** How often a connection may be asked for its health. */
const RECHECK = { min: '1m', max: '7d' }

export interface ConfiguredProvider extends SourceSettings {
  /** How often each connection is checked in the background, in milliseconds; 0 for never. */
  recheckMs: number
}

export interface ConfiguredAction {
  provider: string
  features: readonly string[]
  enforced: boolean
  /** Own wordings by language, then by feature or message. */
  labels: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/** What adapters there are, and the folder of the configuration, for those that read more from there. */
export interface KnownAdapters {
  adapters: ReadonlyMap<string, ProviderAdapter>
  folder: string
}

/** The providers that are right in themselves; what is wrong with the others goes to `mistakes`. */
export function readProviders(
  value: unknown,
  known: KnownAdapters,
  isFilled: IsFilled,
  mistakes: Mistake[]
): Map<string, ConfiguredProvider> {
  const providers = new Map<string, ConfiguredProvider>()
  for (const [name, written] of entries(value)) {
    const provider = readProvider(name, written, known, isFilled, mistakes)
    if (provider) providers.set(name, provider)
  }
  return providers
}

function readProvider(
  name: string,
  written: unknown,
  { adapters, folder }: KnownAdapters,
  isFilled: IsFilled,
  mistakes: Mistake[]
): ConfiguredProvider | undefined {
  const at = ['providers', name]
  if (!Value.Check(ProviderShell, written)) {
    mistakes.push(...schemaMistakes(ProviderShell, written, at))
    return undefined
  }
  const known = adapters.get(written.type)
  if (!known) {
    mistakes.push({
      path: [...at, 'type'],
      found: written.type,
      message: `a type that is not known; ${suggest(written.type, [...adapters.keys()])}`
    })
    return undefined
  }
  const adapter = known.adapterFor?.(written, folder) ?? known
  if ('message' in adapter) {
    mistakes.push({ ...adapter, path: [...at, ...adapter.path] })
    return undefined
  }
  const perSite = 'connection' in written && written.connection === PER_SITE
  const schema = providerSchema(adapter, perSite ? PER_SITE : 'shared')
  const settings = fit(schema, Value.Default(schema, written), isFilled, at)
  const found = [
    ...(needsConnection(adapter.connectionSchema) && !perSite ? sharedMistakes(written, at) : []),
    ...schemaMistakes(schema, settings, at)
  ]
  mistakes.push(...found)
  if (found.length > 0 || !Value.Check(schema, settings)) return undefined
  const unsaid = adapter.settingsMistakes?.(settings) ?? []
  mistakes.push(...unsaid.map(mistake => ({ ...mistake, path: [...at, ...mistake.path] })))
  if (unsaid.length > 0) return undefined
  const { deadline, patience, freshFor, keepFor, recheck = '0s', connection, checkOnStart, connectUrl } = settings
  const recheckMs = durationMs(String(recheck))
  const [deadlineMs, patienceMs, freshForMs, keepForMs] = [deadline, patience, freshFor, keepFor].map(text =>
    durationMs(String(text))
  )
  const freshness = {
    deadlineMs: deadlineMs ?? 0,
    patienceMs: patienceMs ?? 0,
    freshForMs: freshForMs ?? 0,
    keepForMs: keepForMs ?? 0
  }
  // One duration is told beside another, which must not be shown where it came from a placeholder.
  const shown = (key: string) => (isFilled([...at, key]) ? key : `${key} (${settings[key]})`)
  const late = durationMistake(String(deadline), DEADLINE)
  if (late) mistakes.push({ path: [...at, 'deadline'], ...late })
  else if (freshness.patienceMs > freshness.deadlineMs) {
    const message = `but must not be longer than ${shown('deadline')}`
    mistakes.push({ path: [...at, 'patience'], found: String(patience), message })
  }
  if (freshness.keepForMs < freshness.freshForMs) {
    const message = `but must not be shorter than ${shown('freshFor')}`
    mistakes.push({ path: [...at, 'keepFor'], found: String(keepFor), message })
  }
  const wrong = recheckMs === 0 ? undefined : durationMistake(String(recheck), RECHECK)
  if (wrong) mistakes.push({ path: [...at, 'recheck'], ...wrong })
  const provider = {
    name,
    adapter,
    settings,
    freshness,
    recheckMs,
    ...(typeof connectUrl === 'string' && { connectUrl })
  }
  if (perSite) return provider
  for (const mistake of adapter.connectionMistakes?.(connection, settings) ?? []) {
    mistakes.push({ ...mistake, path: [...at, 'connection', ...mistake.path] })
  }
  const tidy = adapter.tidyConnection?.(connection) ?? connection
  return { ...provider, shared: { connection: tidy, checkOnStart: checkOnStart === true } }
}

/** What a schema does not know how to say of a connection that all sites share, when that may not have been meant. */
function sharedMistakes(written: object, at: string[]): Mistake[] {
  const connection: unknown = Reflect.get(written, 'connection')
  const mistakes: Mistake[] = []
  // A secret may stand here: it is shown only when it is nearly ours.
  if (typeof connection === 'string' && nearestOf(connection, [PER_SITE]) !== undefined) {
    mistakes.push({
      path: [...at, 'connection'],
      found: showText(connection),
      message: `but must be a mapping or ${PER_SITE}; did you mean ${PER_SITE}?`
    })
  }
  if ('connectUrl' in written)
    mistakes.push({
      path: [...at, 'connectUrl'],
      message: `goes together with connection: ${PER_SITE} alone; take it out`
    })
  return mistakes
}

/** The actions that are right in themselves; what is wrong with the others goes to `mistakes`. */
export function readActions(
  value: unknown,
  providers: ReadonlyMap<string, SourceSettings>,
  mistakes: Mistake[]
): Map<string, ConfiguredAction> {
  const actions = new Map<string, ConfiguredAction>()
  for (const [key, written] of entries(value)) {
    // The file's own schema has told already what is wrong with its form.
    if (!Value.Check(ActionSchema, written)) continue
    const provider = providers.get(written.provider)
    if (provider) {
      actions.set(key, readAction(['actions', key], written, provider, mistakes))
      continue
    }
    const mistaken = mistakes.flatMap(({ path: [section, name] }) => (section === 'providers' && name ? [name] : []))
    if (!mistaken.includes(written.provider)) {
      mistakes.push({
        path: ['actions', key, 'provider'],
        found: written.provider,
        message: `which stands nowhere under providers:; ${suggest(written.provider, [...new Set([...providers.keys(), ...mistaken])])}`
      })
    }
  }
  return actions
}

function readAction(
  at: string[],
  { provider: name, features: chosen, enforced, labels = {} }: Static<typeof ActionSchema>,
  { adapter, settings }: SourceSettings,
  mistakes: Mistake[]
): ConfiguredAction {
  const { known, shown } = adapter.features(settings)
  const features = chosen ?? shown
  features.forEach((feature, index) => {
    if (feature === OTHER_FEATURES || known.includes(feature)) return
    mistakes.push({
      path: [...at, 'features', String(index)],
      found: feature,
      message: `which is not a feature of ${name}; ${suggest(feature, known)}`
    })
  })
  // With * an action may also show features that nobody knew of when this was written.
  const isFeature = (key: string) => known.includes(key) || (features.includes(OTHER_FEATURES) && !key.includes('.'))
  for (const mistake of labelMistakes(labels, { provider: name, features: known, isFeature })) {
    mistakes.push({ ...mistake, path: [...at, 'labels', ...mistake.path] })
  }
  return {
    provider: name,
    features,
    enforced,
    labels: new Map(Object.entries(labels).map(([language, names]) => [language, new Map(Object.entries(names))]))
  }
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
}
