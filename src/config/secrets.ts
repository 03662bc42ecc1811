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
