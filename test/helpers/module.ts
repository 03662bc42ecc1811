// Modules that tests write: adapters in files, and what a configuration makes of them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { readConfiguration } from '../../src/config/load.ts'
import { adapters } from '../../src/providers/index.ts'
import { ENCRYPTION_KEY, sharedWix } from './bridge.ts'
import { SOUND } from './examine.ts'

/** The sources of an adapter; `parts` are put in the place of its own. */
export function adapterSource(parts: Readonly<Record<string, string>> = {}): string {
  const all: Record<string, string> = {
    type: "'tested'",
    title: "'Tested'",
    settingsSchema: "Type.Object({ plan: Type.String({ default: 'pro', description: 'the plan' }) })",
    connectionSchema:
      "Type.Object({ customer: Type.String({ description: 'the customer' }), apiKey: Secret({ description: 'a key' }) })",
    findings: "{ 'not-paid': ['Nobody paid.', 'Pay.'] }",
    features: "() => ({ known: ['credits'], shown: ['credits'] })",
    create:
      '() => ({ fetchReport: async connection => report(connection), check, upgradeUrl: () => undefined, close: async () => {} })',
    ...parts
  }
  const members = Object.entries(all).filter(([, text]) => text !== '')
  return `import { ProviderError, Secret, Type } from 'quota-bridge/adapter'
const report = ({ customer }) => ({
  vocabulary: 'tested',
  account: customer,
  groups: [{ plans: [{ id: 'pro', name: 'Pro' }], quotas: [{ feature: 'credits', name: { en: 'Credits' }, unit: 'count', used: 3, limit: 10 }] }]
})
const check = async () => ({ health: 'ok' })
export const adapter = {
${members.map(([name, text]) => `  ${name}: ${text}`).join(',\n')}
}
`
}

/** The configuration of a folder with a provider of that module; `files` are written first. */
export function configureModule(
  folder: string,
  module: string,
  files: Readonly<Record<string, string>>,
  more: object = {}
) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return readConfiguration(stringify(configurationOf(module, more)), { environment: {}, adapters, folder })
}

/** As it is written. */
export function configurationOf(module: string, more: object = {}): object {
  return {
    ...SOUND,
    wix: { appId: sharedWix.appId, publicKey: sharedWix.publicKeyPem },
    store: { encryptionKeys: [ENCRYPTION_KEY] },
    providers: { ...SOUND.providers, mine: { type: 'module', module, connection: 'per-site', ...more } },
    actions: { ...SOUND.actions, send: { provider: 'mine' } }
  }
}
