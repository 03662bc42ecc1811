// The parts of the configuration that depend on which adapters there are: providers, and the actions that name them.

import { type Mistake, schemaMistakes, suggest } from '../mistakes.ts'
import type { Freshness } from '../quota/knowledge.ts'
import type { ProviderAdapter } from '../quota/provider.ts'
import { OTHER_FEATURES } from '../quota/service.ts'
import type { SourceSettings } from '../quota/source.ts'
import { type Static, Value } from '../schema.ts'
import { durationMs } from './durations.ts'
import { labelMistakes } from './labels.ts'
import { ActionSchema, PER_SITE, ProviderShell, providerSchema } from './schema.ts'

/** Less leaves no time for an upstream to answer; more, and Wix may have given up. */
const DEADLINE_MS = { min: 400, max: 5000 }

export interface ConfiguredAction {
  provider: string
  features: readonly string[]
  enforced: boolean
  /** Own wordings by language, then by feature or message. */
  labels: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/** The providers that are right in themselves; what is wrong with the others goes to `mistakes`. */
export function readProviders(
  value: unknown,
  adapters: ReadonlyMap<string, ProviderAdapter>,
  mistakes: Mistake[]
): Map<string, SourceSettings> {
  const providers = new Map<string, SourceSettings>()
  for (const [name, written] of entries(value)) {
    const provider = readProvider(name, written, adapters, mistakes)
    if (provider) providers.set(name, provider)
  }
  return providers
}

function readProvider(
  name: string,
  written: unknown,
  adapters: ReadonlyMap<string, ProviderAdapter>,
  mistakes: Mistake[]
): SourceSettings | undefined {
  const at = ['providers', name]
  if (!Value.Check(ProviderShell, written)) {
    mistakes.push(...schemaMistakes(ProviderShell, written, at))
    return undefined
  }
  const known = adapters.get(written.type)
  if (!known) {
    mistakes.push({
      path: [...at, 'type'],
      message: `is ${written.type}, a type that is not known; ${suggest(written.type, [...adapters.keys()])}`
    })
    return undefined
  }
  const adapter = known.adapterFor?.(written) ?? known
  const perSite = 'connection' in written && written.connection === PER_SITE
  const schema = providerSchema(adapter, perSite ? PER_SITE : 'shared')
  const settings = Value.Default(schema, written)
  const found = schemaMistakes(schema, settings, at)
  mistakes.push(...found)
  if (found.length > 0 || !Value.Check(schema, settings)) return undefined
  const unsaid = adapter.settingsMistakes?.(settings) ?? []
  mistakes.push(...unsaid.map(({ path, message }) => ({ path: [...at, ...path], message })))
  if (unsaid.length > 0) return undefined
  const { deadline, patience, freshFor, keepFor, connection, checkOnStart, connectUrl } = settings
  const [deadlineMs, patienceMs, freshForMs, keepForMs] = [deadline, patience, freshFor, keepFor].map(text =>
    durationMs(String(text))
  )
  const freshness = {
    deadlineMs: deadlineMs ?? 0,
    patienceMs: patienceMs ?? 0,
    freshForMs: freshForMs ?? 0,
    keepForMs: keepForMs ?? 0
  }
  mistakes.push(...freshnessMistakes(freshness).map(({ key, message }) => ({ path: [...at, key], message })))
  const provider = { name, adapter, settings, freshness, ...(typeof connectUrl === 'string' && { connectUrl }) }
  if (perSite) return provider
  for (const { path, message } of adapter.connectionMistakes?.(connection, settings) ?? []) {
    mistakes.push({ path: [...at, 'connection', ...path], message })
  }
  const tidy = adapter.tidyConnection?.(connection) ?? connection
  return { ...provider, shared: { connection: tidy, checkOnStart: checkOnStart === true } }
}

function freshnessMistakes({
  deadlineMs,
  patienceMs,
  freshForMs,
  keepForMs
}: Freshness): { key: string; message: string }[] {
  const mistakes: { key: string; message: string }[] = []
  if (deadlineMs < DEADLINE_MS.min || deadlineMs > DEADLINE_MS.max) {
    mistakes.push({
      key: 'deadline',
      message: `is ${deadlineMs}ms, but must lie between ${DEADLINE_MS.min}ms and ${DEADLINE_MS.max}ms`
    })
  }
  if (patienceMs > deadlineMs)
    mistakes.push({ key: 'patience', message: `is longer than the deadline of ${deadlineMs}ms` })
  if (keepForMs < freshForMs) mistakes.push({ key: 'keepFor', message: 'is shorter than freshFor' })
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
    } else if (!mistakes.some(({ path }) => path[0] === 'providers' && path[1] === written.provider)) {
      mistakes.push({
        path: ['actions', key, 'provider'],
        message: `is ${written.provider}, which stands nowhere under providers:; ${suggest(written.provider, [...providers.keys()])}`
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
  const unknown = (feature: string) => `is ${feature}, which is not a feature of ${name}; ${suggest(feature, known)}`
  features.forEach((feature, index) => {
    if (feature === OTHER_FEATURES || known.includes(feature)) return
    mistakes.push({ path: [...at, 'features', String(index)], message: unknown(feature) })
  })
  // With * an action may also show features that nobody knew of when this was written.
  const isFeature = (key: string) => known.includes(key) || (features.includes(OTHER_FEATURES) && !key.includes('.'))
  for (const { path, message } of labelMistakes(labels, { provider: name, features: known, isFeature })) {
    mistakes.push({ path: [...at, 'labels', ...path], message })
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
