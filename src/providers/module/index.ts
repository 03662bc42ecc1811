// The adapter for what lines of YAML cannot say: one that somebody else wrote, in a file or a package that the configuration names.
import type { Mistake } from '../../mistakes.ts'
import type { ProviderAdapter } from '../../quota/provider.ts'
import { Type, Value } from '../../schema.ts'
import { contain } from './contained.ts'
import { findings } from './findings.ts'
import { loadModule } from './load.ts'
import { createGivenSecrets } from './secrets.ts'
import { adapterIn } from './shape.ts'

const ModuleName = Type.String({
  minLength: 1,
  description:
    "the adapter: a file's path from the configuration's folder, or the name of a package that is installed there",
  examples: ['./my-adapter.ts']
})
const Features = Type.Object({ known: Type.Array(Type.String()), shown: Type.Array(Type.String()) })
const Mistakes = Type.Array(Type.Object({ path: Type.Array(Type.String()), message: Type.String() }))
const HIDDEN = 'is not what the adapter takes'

export const module: ProviderAdapter = {
  type: 'module',
  title: 'Module',
  findings,
  // What the module's own schemas take the place of.
  settingsSchema: Type.Object({ module: ModuleName }, { additionalProperties: true }),
  connectionSchema: Type.Object({
    '<field>': Type.Unknown({ description: 'what the connectionSchema of the module says' })
  }),
  adapterFor(written, folder) {
    const name: unknown = Object(written).module
    if (!Value.Check(ModuleName, name)) return module
    const loaded = loadModule(name, folder)
    const adapter = typeof loaded === 'string' ? loaded : adapterIn(loaded.exports)
    if (typeof loaded === 'string' || typeof adapter === 'string')
      return { path: ['module'], found: name, message: `which ${String(adapter)}` }
    return { ...containedAdapter(adapter), ...(loaded.isOutdated && { isOutdated: true }) }
  },
  features: () => ({ known: [], shown: [] }),
  create: () => {
    throw new TypeError('a module is named by every provider of this type')
  }
}

function containedAdapter(own: ProviderAdapter): ProviderAdapter {
  const { settingsSchema, connectionSchema } = own
  const known = { ...own.findings, ...findings }
  const secretsOf = (...values: unknown[]) => {
    const secrets = createGivenSecrets(settingsSchema, connectionSchema)
    for (const value of values) secrets.learn(value)
    return secrets
  }
  /** What it says, as long as it is what it should be. */
  function says<Result>(
    schema: { check: (value: unknown) => value is Result },
    ask: () => unknown
  ): Result | undefined {
    try {
      const said = ask()
      return schema.check(said) ? said : undefined
    } catch {
      return undefined
    }
  }
  const isFeatures = (value: unknown): value is typeof Features.static => Value.Check(Features, value)
  const isMistakes = (value: unknown): value is Mistake[] => Value.Check(Mistakes, value)
  /** Without what the module must not quote. */
  const asTold = (mistakes: readonly Mistake[], value: unknown): Mistake[] => {
    const secrets = secretsOf(value)
    return mistakes.map(({ path, message }) => ({ path: [...path], message: secrets.isIn(message) ? HIDDEN : message }))
  }
  const features = (settings: unknown) => says({ check: isFeatures }, () => own.features(structuredClone(settings)))
  return {
    type: module.type,
    title: own.title,
    findings: known,
    settingsSchema: Type.Object({ module: ModuleName, ...settingsSchema.properties }),
    connectionSchema,
    settingsMistakes(settings) {
      const said = says({ check: isMistakes }, () => own.settingsMistakes?.(structuredClone(settings)) ?? [])
      if (!said) return [fails('settingsMistakes')]
      if (said.length > 0) return asTold(said, settings)
      return features(settings) ? [] : [fails('features')]
    },
    connectionMistakes(connection, settings) {
      const ask = () => own.connectionMistakes?.(structuredClone(connection), structuredClone(settings)) ?? []
      const said = says({ check: isMistakes }, ask)
      return said
        ? asTold(said, connection)
        : [{ path: [], message: 'cannot be judged: the adapter of the module fails' }]
    },
    tidyConnection(connection) {
      const isRight = (value: unknown): value is unknown => Value.Check(connectionSchema, value)
      return says({ check: isRight }, () => own.tidyConnection?.(structuredClone(connection))) ?? connection
    },
    features: settings => features(settings) ?? { known: [], shown: [] },
    create(settings, context) {
      const secrets = secretsOf(settings)
      const log: typeof context.log = {
        warn(details, message) {
          const told = [
            ...Object.entries(Object(details)).map(([key, value]) => [key, String(value)]),
            ['said', String(message)]
          ]
          const safe = told.filter(([key, value]) => !secrets.isIn(`${key} ${value}`))
          context.log.warn(Object.fromEntries(safe), 'the adapter of a module says something')
        }
      }
      const provider = () => own.create(structuredClone(settings), { ...context, log })
      return contain({ context, findings: known, secrets, provider })
    }
  }
}

function fails(part: string): Mistake {
  return { path: ['module'], message: `has an adapter whose ${part} fails; run quota-bridge adapter test on it` }
}
