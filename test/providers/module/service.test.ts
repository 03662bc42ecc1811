// A service with a module that throws where nobody waits for it, hangs and tells garbage: its own actions fail, the others are answered.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { createFakeWix } from '../../../src/devkit/fake-wix.ts'
import { sharedWix } from '../../helpers/bridge.ts'
import { adapterSource, configurationOf, configureModule } from '../../helpers/module.ts'
import { run, SOURCES } from '../../helpers/process.ts'

const KEY = 'recognisable-key'
/** What it does is what the customer is called. */
const UNRULY = adapterSource({
  create: `(settings, { log }) => ({
    async fetchReport(connection, { signal }) {
      const { customer, apiKey } = connection
      if (customer === 'throws') throw new Error(apiKey)
      if (customer === 'hangs') return new Promise(() => {})
      if (customer === 'garbage') return { groups: apiKey }
      if (customer === 'leaks') {
        setTimeout(() => { throw new Error(apiKey) })
        void (async () => { await null; throw new RangeError(apiKey) })()
        setTimeout(async () => { throw apiKey }, 5)
        log.warn({ apiKey }, apiKey)
      }
      return report(connection)
    },
    check,
    upgradeUrl: () => undefined,
    close: async () => {}
  })`
})

const names = ['well', 'throws', 'hangs', 'garbage', 'leaks']

t.test('what one module does wrong is the affair of its own actions', async t => {
  const folder = t.testdir({ 'unruly.mjs': UNRULY })
  const wix = createFakeWix({ appId: sharedWix.appId, privateKeyPem: sharedWix.privateKeyPem })
  const providers = Object.fromEntries(
    names.map(customer => [
      customer,
      {
        type: 'module',
        module: './unruly.mjs',
        connection: { customer, apiKey: KEY },
        deadline: '700ms',
        patience: '0s',
        checkOnStart: false
      }
    ])
  )
  const newsletter = Reflect.get(Object(Reflect.get(configurationOf(''), 'providers')), 'newsletter')
  const written = {
    ...configurationOf('./unruly.mjs'),
    store: undefined,
    server: { host: '127.0.0.1', port: 0, drain: '0s' },
    providers: { ...providers, newsletter },
    actions: Object.fromEntries([...names, 'newsletter'].map(name => [name, { provider: name }]))
  }
  const file = join(folder, 'q.yaml')
  writeFileSync(file, stringify(written))
  const service = run(t, SOURCES, ['--config', file])
  const [, url = ''] = await service.until(/"listener":"public","url":"([^"]+)"/)
  const ask = async (actionKey: string) => {
    const answer = await wix.ask(url, { actionKey })
    const body = JSON.parse(await answer.text())
    return [
      answer.status,
      body.applicationError?.data?.finding ?? body.actionQuotaInfo.quotaInfo[0].quotas[0].currentUsage
    ]
  }
  const healthy = async () =>
    t.strictSame(
      [await ask('well'), await ask('newsletter')],
      [
        [200, '3'],
        [200, '346']
      ]
    )
  await healthy()
  t.strictSame(await Promise.all(['throws', 'hangs', 'garbage', 'leaks'].map(ask)), [
    [503, 'adapter-failed'],
    [504, 'timeout'],
    [502, 'report-unusable'],
    [200, '3']
  ])
  for (const reason of ['Error', 'RangeError', 'what it threw is no error']) {
    const told = `"provider":"leaks","finding":"adapter-failed","reason":"${reason}"[^\\n]*the service goes on`
    await service.until(new RegExp(told))
  }
  await healthy()

  writeFileSync(join(folder, 'unruly.mjs'), UNRULY.replace('Credits', 'Coins'))
  service.child.kill('SIGHUP')
  await service.until(/"code":"RESTART_NEEDED","keys":"providers\.well\.module, providers\.throws\.module/)
  await healthy()
  service.child.kill('SIGTERM')
  t.equal(await service.ended, 0)
  t.notMatch(service.stdout() + service.stderr(), KEY)
  t.match(
    service.stdout(),
    /"finding":"adapter-failed","doing":"fetchReport","reason":"Error","at":"\S+unruly\.mjs:\d+/
  )
})

t.test('the connection of a site is what the module says, and its secret is never shown', async t => {
  const folder = t.testdir()
  const { providers, withhold } = configureModule(folder, './mine.mjs', { 'mine.mjs': adapterSource() })
  t.equal(providers.get('mine')?.adapter.title, 'Tested')
  t.equal(withhold('{"apiKey":"x"}'), '{"apiKey":"x"}', 'a name that every log hides is hidden there')
  const own = adapterSource({ connectionSchema: "Type.Object({ tallyKey: Secret({ description: 'a key' }) })" })
  const other = configureModule(folder, './own.mjs', { 'own.mjs': own })
  t.equal(other.withhold(`{"tallyKey":"${KEY}"}`), '{"tallyKey":"[secret]"}')
})
