// Which names must never show in a log: read from the schemas, so that a new secret field is hidden from its first day.
import type { ProviderAdapter } from '../quota/provider.ts'
import { secretNames } from '../schema.ts'
import { ConfigurationSchema } from './schema.ts'

/** The names of all secret properties, of the configuration and of every adapter's connection. */
export function configuredSecrets(adapters: ReadonlyMap<string, ProviderAdapter>): string[] {
  const schemas = [...adapters.values()].flatMap(({ settingsSchema, connectionSchema }) => [
    settingsSchema,
    connectionSchema ?? settingsSchema
  ])
  return secretNames(ConfigurationSchema, ...schemas)
}

/** The names of secrets that are a provider's own: what a connection of it is says the configuration, or code that it names. */
export function ownSecretsOf(
  providers: Iterable<{ adapter: ProviderAdapter }>,
  adapters: ReadonlyMap<string, ProviderAdapter>
): string[] {
  const schemas = [...providers].flatMap(({ adapter }) => [adapter.settingsSchema, adapter.connectionSchema])
  const known = configuredSecrets(adapters)
  return secretNames(...schemas).filter(name => !known.includes(name))
}
