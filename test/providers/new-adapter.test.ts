// An adapter is one folder and one line: in a copy of the tree, with names in two languages, it can be configured and asked.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { copyTree } from '../helpers/tree.ts'

const INDEX = `
import type { ProviderAdapter } from '../../quota/provider.ts'
import { Type } from '../../schema.ts'

export const weather: ProviderAdapter<unknown, unknown> = {
  type: 'weather',
  title: 'Weather',
  messages: new URL('messages/', import.meta.url),
  findings: { 'too-cloudy': ['There are clouds.', 'Wait for the sun.'] },
  settingsSchema: Type.Object({}),
  connectionSchema: Type.Object({}),
  features: () => ({ known: ['forecasts'], shown: ['forecasts'] }),
  create: (_settings, { name }) => ({
    fetchReport: async () => ({
      vocabulary: 'weather',
      account: name,
      groups: [{ plans: [{ id: '1', kind: 'sunny' }], quotas: [{ feature: 'forecasts', unit: 'count', used: 3, limit: 5 }] }]
    }),
    check: async () => ({ health: 'limited', finding: 'too-cloudy' }),
    upgradeUrl: () => undefined,
    close: async () => {}
  })
}
`
/** Asks the service of the copy in both languages, and one that the adapter has no names in. */
const ASK = `
import { startService } from '../src/app.ts'
import { readConfiguration } from '../src/config/load.ts'
import { createFakeWix } from '../src/devkit/fake-wix.ts'
import { createLogger } from '../src/logging.ts'
import { adapters } from '../src/providers/index.ts'

const wix = createFakeWix()
const yaml = JSON.stringify({
  wix: { appId: wix.appId, publicKey: wix.publicKeyPem },
  server: { host: '127.0.0.1', port: 0 },
  providers: { sky: { type: 'weather' } },
  actions: { look: { provider: 'sky' } }
})
const configuration = readConfiguration(yaml, { environment: {}, adapters })
const service = await startService({ configuration, logger: createLogger('silent', []) })
for (const language of ['en', 'de', 'fr']) {
  const answer = await wix.ask(service.publicUrl, { actionKey: 'look', languages: [language] })
  const [group] = JSON.parse(await answer.text()).actionQuotaInfo.quotaInfo
  process.stdout.write([group.plans[0].name, group.quotas[0].featureName, group.quotas[0].currentUsage].join(', ') + '\\n')
}
await service.close()
`

t.test('a folder and a line make an adapter', async t => {
  const { write, run } = copyTree(t)
  write('src/providers/weather/index.ts', INDEX)
  const names = (forecasts: string, sunny: string) =>
    JSON.stringify({ 'feature.forecasts': forecasts, 'plan.sunny': sunny })
  write('src/providers/weather/messages/en.json', names('Forecasts', 'Sunny'))
  write('src/providers/weather/messages/de.json', names('Vorhersagen', 'Sonnig'))
  const lines = readFileSync('src/providers/index.ts', 'utf8')
  write(
    'src/providers/index.ts',
    lines
      .replace('import { staticAdapter }', "import { weather } from './weather/index.ts'\nimport { staticAdapter }")
      .replace('staticAdapter]', 'staticAdapter, weather]')
  )
  write('try/ask.ts', ASK)
  const types = run('npm run --silent types')
  t.equal(types.status, 0, types.stdout + types.stderr)
  const messages = run('npm run --silent messages')
  t.equal(messages.status, 0, messages.stderr)
  t.match(messages.stdout, /providers\/weather\/messages: 2 of \d+ languages/)
  const asked = run('node try/ask.ts')
  t.equal(asked.stdout, 'Sunny, Forecasts, 3\nSonnig, Vorhersagen, 3\nSunny, Forecasts, 3\n', asked.stderr)
})
