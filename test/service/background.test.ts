// What goes on beside the calls, as the service wires it: by the configuration that is in force.
import { mock } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { readConfiguration } from '../../src/config/load.ts'
import { startFakeDocSpace } from '../../src/devkit/fake-docspace.ts'
import { createObserver } from '../../src/observe/events.ts'
import { adapters } from '../../src/providers/index.ts'
import { createWatch } from '../../src/public/watch.ts'
import { createReports } from '../../src/quota/reports.ts'
import { createBackground } from '../../src/service/background.ts'
import { createCurrent } from '../../src/service/current.ts'
import { createSources } from '../../src/service/sources.ts'
import { openStore, storeInMemory } from '../../src/store/index.ts'
import { sharedWix } from '../helpers/bridge.ts'
import { SILENT } from '../helpers/log-sink.ts'

t.test('a stored connection is checked within two minutes after its time has come', async t => {
  const docspace = await startFakeDocSpace()
  t.teardown(() => docspace.close())
  const provider = { type: 'docspace', connection: 'per-site', allowedHosts: ['127.0.0.1'], allowPrivateHosts: true }
  const written = {
    wix: { appId: sharedWix.appId, publicKey: sharedWix.publicKeyPem },
    store: { encryptionKeys: [Buffer.alloc(32).toString('base64')] },
    providers: { sites: { ...provider, recheck: '1m' }, never: { ...provider, recheck: '0s' } },
    actions: { a: { provider: 'sites' } }
  }
  const configuration = readConfiguration(JSON.stringify(written), { environment: {}, adapters })
  const fail = (error: unknown) => t.fail(String(error))
  const store = await openStore({ ...storeInMemory(), now: Date.now, onLost: fail })
  t.teardown(() => store.close())
  const { publish } = createObserver(fail)
  const sources = createSources({ store, now: Date.now, logger: SILENT, publish })
  t.teardown(() => sources.close())
  const watch = createWatch(publish)
  const reports = createReports(store, { now: Date.now, onStoreError: fail, onFetch: () => {}, onUnusable: fail })
  const options = { reports, watch, publish, onFault: fail, now: Date.now }
  const current = createCurrent(configuration, sources.prepare(configuration.providers), options)
  const connection = { url: docspace.url, apiKey: docspace.portal.keys.owner }
  const unchecked = { health: 'unchecked', finding: '', checkedAt: 0 } as const
  for (const provider of ['sites', 'never'])
    await store.connections.put({ provider, instanceId: 'site-1' }, connection, unchecked, 'test')

  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const background = createBackground({
    ...{ store, publish, now: Date.now, log: SILENT, onError: fail },
    current: () => current
  })
  background.start()
  const health = async (provider: string) => (await store.connections.get({ provider, instanceId: 'site-1' }))?.health
  while ((await health('sites')) !== 'ok') {
    mock.timers.tick(1000)
    await turn()
  }
  await background.close()
  t.equal(await health('never'), 'unchecked')
  t.ok(docspace.calls.every(({ refresh }) => !refresh))
})
