// An adapter is one folder and one line: in a copy of the tree, with names in two languages, it can be configured and asked.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

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
  const copy = t.testdir()
  for (const part of ['src', 'package.json', 'tsconfig.json', 'openapi.yaml'])
    cpSync(part, join(copy, part), { recursive: true })
  symlinkSync(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'))
  const folder = join(copy, 'src/providers/weather')
  mkdirSync(join(folder, 'messages'), { recursive: true })
  writeFileSync(join(folder, 'index.ts'), INDEX)
  writeFileSync(
    join(folder, 'messages/en.json'),
    JSON.stringify({ 'feature.forecasts': 'Forecasts', 'plan.sunny': 'Sunny' })
  )
  writeFileSync(
    join(folder, 'messages/de.json'),
    JSON.stringify({ 'feature.forecasts': 'Vorhersagen', 'plan.sunny': 'Sonnig' })
  )
  const registry = join(copy, 'src/providers/index.ts')
  const lines = readFileSync(registry, 'utf8')
  writeFileSync(
    registry,
    lines
      .replace('import { staticAdapter }', "import { weather } from './weather/index.ts'\nimport { staticAdapter }")
      .replace('[docspace, staticAdapter]', '[docspace, staticAdapter, weather]')
  )
  mkdirSync(join(copy, 'try'))
  writeFileSync(join(copy, 'try/ask.ts'), ASK)

  // Without what tap puts in front of every program, which the compiler does not bear.
  const run = (command: string) =>
    spawnSync('sh', ['-c', `unset NODE_OPTIONS; ${command}`], { cwd: copy, encoding: 'utf8' })
  const types = run('npm run --silent types')
  t.equal(types.status, 0, types.stdout + types.stderr)
  const messages = run('npm run --silent messages')
  t.equal(messages.status, 0, messages.stderr)
  t.match(messages.stdout, /providers\/weather\/messages: 2 of \d+ languages/)
  const asked = run('node try/ask.ts')
  t.equal(asked.stdout, 'Sunny, Forecasts, 3\nSonnig, Vorhersagen, 3\nSunny, Forecasts, 3\n', asked.stderr)
})
