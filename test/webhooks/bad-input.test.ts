// Webhooks as they are written, wrongly; and what goes wrong around them.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { readConfiguration } from '../../src/config/load.ts'
import { ConfigurationError } from '../../src/mistakes.ts'
import { adapters } from '../../src/providers/index.ts'
import { createWebhooks } from '../../src/webhooks/index.ts'
import { sharedWix } from '../helpers/bridge.ts'
import { SILENT } from '../helpers/log-sink.ts'
import { ALL, SECRET } from './receiver.ts'

function mistakesOf(webhooks: unknown): string[] {
  const written = {
    wix: { appId: sharedWix.appId, publicKey: sharedWix.publicKeyPem },
    webhooks,
    providers: {
      p: { type: 'static', groups: [{ plans: [], quotas: [{ feature: 'f', name: 'F', used: 1, limit: 2 }] }] }
    },
    actions: { a: { provider: 'p' } }
  }
  try {
    readConfiguration(JSON.stringify(written), { environment: {}, adapters })
    return []
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.mistakes.map(({ path, message }) => `${path.join('.')} ${message}`)
  }
}

const right = { url: 'https://ops.example.com/hooks', secret: SECRET, on: ALL }

t.test('what is wrong with an entry is told, without its secret and its address', async t => {
  t.strictSame(mistakesOf([right, { ...right, url: 'http://10.0.0.1:8080/hooks', allowPrivateHosts: true }]), [])
  for (const [wrong, told] of [
    [
      { ...right, secret: 'whsec_c2hvcnQ=' },
      /^webhooks\.0\.secret is not whsec_ and base64 of 24 to 64 bytes; make one/
    ],
    [{ ...right, secret: 'planted-secret' }, /^webhooks\.0\.secret is not whsec_/],
    [{ ...right, secret: 'whsec_planted secret' }, /^webhooks\.0\.secret is not whsec_/],
    [{ ...right, url: 'http://ops.example.com/?planted' }, /^webhooks\.0\.url must start with https:\/\//],
    [{ ...right, url: 'https://10.0.0.1/planted' }, /^webhooks\.0\.url must name a host, not an IP address/],
    [{ ...right, url: 'https://[::1]/planted' }, /^webhooks\.0\.url must name a host/],
    [{ ...right, url: 'https://ops.example.com:planted/' }, /^webhooks\.0\.url is not a usable address/],
    [{ ...right, url: 'ftp://planted' }, /^webhooks\.0\.url is not usable, but must be an address/],
    [{ ...right, on: [] }, /^webhooks\.0\.on is an empty list/],
    [{ ...right, on: ['connection.failling'] }, /^webhooks\.0\.on\.0 is the text "connection.failling", but must be/],
    [
      { ...right, on: ['key.expiring', 'key.expiring'] },
      /^webhooks\.0\.on\.1 is key.expiring, which stands in the list already/
    ],
    [{ url: right.url, on: ALL }, /^webhooks\.0\.secret is missing/]
  ] as const) {
    const [first = '', ...others] = mistakesOf([wrong])
    t.match(first, told)
    t.strictSame(others, [])
    t.notMatch(first, /planted/)
  }
})

t.test('a database that does not answer is told, and nothing else comes of it', async t => {
  const errors: Error[] = []
  const lost = () => Promise.reject(new Error('lost'))
  const key = Buffer.alloc(32)
  const webhooks = createWebhooks({
    store: { notices: { raise: lost, clear: lost, noteFailure: lost } },
    webhooks: () => [{ url: right.url, key, on: new Set(ALL), allowPrivateHosts: false }],
    ...{ actions: () => [], log: SILENT, onError: (error: Error) => errors.push(error), now: () => 0 }
  })
  const connection = { provider: 'p', instanceId: 'site-1' }
  webhooks.listener({ kind: 'connection-health', key: connection, health: 'failing', finding: 'api-key-rejected' })
  webhooks.listener({ kind: 'connection-health', key: connection, health: 'ok', finding: '' })
  await sleep(10)
  t.equal(errors.length, 2)
  await webhooks.close()
  webhooks.listener({ kind: 'connection-health', key: connection, health: 'failing', finding: 'api-key-rejected' })
  await sleep(10)
  t.equal(errors.length, 2, 'after the stop nothing begins')
})
