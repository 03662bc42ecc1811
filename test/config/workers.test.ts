// server.workers: what it may be, and what is said of all else.
import t from 'tap'
import { inspectConfiguration } from '../../src/config/load.ts'
import { adapters } from '../../src/providers/index.ts'
import { sharedWix } from '../helpers/bridge.ts'

function inspect(workers: unknown, environment: NodeJS.ProcessEnv = {}) {
  const file = {
    wix: { appId: sharedWix.appId, publicKey: sharedWix.publicKeyPem },
    server: { workers },
    providers: {
      newsletter: {
        type: 'static',
        groups: [{ plans: [], quotas: [{ feature: 'emails', name: 'Emails sent', used: 1, limit: 2 }] }]
      }
    },
    actions: { 'send-email': { provider: 'newsletter' } }
  }
  return inspectConfiguration(JSON.stringify(file), { environment, adapters })
}

t.test('one unless said otherwise, any number up to 64, or as many as there are processors', async t => {
  t.equal(inspect(undefined).configuration?.server.workers, 1)
  for (const workers of [1, 2, 64, 'auto']) t.equal(inspect(workers).configuration?.server.workers, workers)
  t.equal(inspect('${WORKERS}', { WORKERS: '4' }).configuration?.server.workers, 4)
  t.equal(inspect('${WORKERS}', { WORKERS: 'auto' }).configuration?.server.workers, 'auto')
})

t.test('anything else is told with its place and what would be right', async t => {
  const told = [
    [0, '0'],
    [-1, '-1'],
    [1.5, '1.5'],
    ['many', 'the text "many"'],
    [1000, '1000']
  ]
  for (const [workers, found] of told) {
    const { mistakes } = inspect(workers)
    t.strictSame(mistakes, [
      {
        path: ['server', 'workers'],
        line: 1,
        message: `is ${found}, but must be a whole number from 1 to 64, or auto: how many processes answer quota calls on the one port; with auto as many as there are processors for them (for example 2)`
      }
    ])
  }
})
