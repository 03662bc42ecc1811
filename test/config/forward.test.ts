// `forward:` and what belongs to it, read from a configuration.
import t from 'tap'
import { readConfiguration } from '../../src/config/load.ts'
import { ConfigurationError } from '../../src/mistakes.ts'
import { adapters } from '../../src/providers/index.ts'
import { sharedWix } from '../helpers/bridge.ts'

function read(forward: unknown, server: object = {}) {
  const written = {
    wix: { appId: sharedWix.appId, publicKey: sharedWix.publicKeyPem },
    server,
    ...(forward !== undefined && { forward }),
    providers: {
      p: { type: 'static', groups: [{ plans: [], quotas: [{ feature: 'a', name: 'A', used: 1, limit: 2 }] }] }
    },
    actions: { a: { provider: 'p' } }
  }
  return readConfiguration(JSON.stringify(written, null, 1), { environment: { TARGET: 'https://x.example' }, adapters })
}

function mistakes(forward: unknown, server: object = {}): string[] {
  try {
    read(forward, server)
    return []
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.mistakes.map(({ path, message }) => `${path.join('.')}: ${message}`)
  }
}

const LIMITS = { timeoutMs: 60_000, maxConcurrentCalls: 1000, maxBodyBytes: 10 * 1024 ** 2 }

t.test('without it nothing is passed on', async t => {
  t.match(read(undefined), { basePaths: ['/'], forward: [] })
  t.match(read(undefined, { basePath: '/quota//x' }), { basePaths: ['/quota/x/'], forward: [] })
})

t.test('one server stands for all that arrives under server.basePath', async t => {
  const { basePaths, forward } = read({ to: 'https://actions.example.com/wix' }, { basePath: '/quota' })
  t.strictSame(basePaths, ['/quota/'])
  t.strictSame(forward, [{ basePath: '/quota/', origin: 'https://actions.example.com', path: '/wix/', ...LIMITS }])
  t.strictSame(
    read({ to: '${TARGET}:8443//a/../b//', timeout: '2m', maxConcurrentCalls: 5, maxBodySize: '512KiB' }).forward,
    [
      {
        ...{ basePath: '/', origin: 'https://x.example:8443', path: '//b/', timeoutMs: 120_000 },
        ...{ maxConcurrentCalls: 5, maxBodyBytes: 524_288 }
      }
    ]
  )
})

t.test('with a list each entry has a base path of its own, and its own limits', async t => {
  const { basePaths, forward } = read([
    { basePath: '/email/', to: 'https://email.internal.example.com/' },
    { basePath: '/sms', to: 'http://10.0.3.7:3000/hooks/', timeout: '20s' },
    { basePath: '/', to: 'http://[::1]:1' }
  ])
  t.strictSame(basePaths, ['/email/', '/sms/', '/'])
  t.strictSame(forward, [
    { basePath: '/email/', origin: 'https://email.internal.example.com', path: '/', ...LIMITS },
    { basePath: '/sms/', origin: 'http://10.0.3.7:3000', path: '/hooks/', ...LIMITS, timeoutMs: 20_000 },
    { basePath: '/', origin: 'http://[::1]:1', path: '/', ...LIMITS }
  ])
})

t.test('what is wrong is told, with what would be right', async t => {
  const to = 'https://x.example'
  const wrong: [forward: unknown, mistake: RegExp, server?: object][] = [
    [
      null,
      /^forward: is empty, but must be a mapping with the keys to, .*: the server that all else goes to \(for example \{"to"/
    ],
    [
      'https://x.example',
      /^forward: is the text "https:\/\/x\.example", but must be a mapping with the keys to, .*: the server/
    ],
    [{}, /^forward\.to: is missing: the address of the maker's own server/],
    [{ to, tiemout: '1s' }, /^forward\.tiemout: is not a known key; did you mean timeout\?/],
    [{ to: 'ftp://x.example' }, /^forward\.to: is the text "ftp/],
    [{ to: 'https://user:secret@x.example' }, /^forward\.to: is the text .*without user, query and fragment/],
    [{ to: `${to}/?a=b` }, /^forward\.to: /],
    [{ to: `${to}/#a` }, /^forward\.to: /],
    [{ to: 'https://x.example\\a' }, /^forward\.to: /],
    [
      { to: 'https://x.example:99999' },
      /^forward\.to: is the text "https:\/\/x\.example:99999", which is not a usable address$/
    ],
    [{ to: `${to}/wix/v1/invoke` }, /^forward\.to: ends in v1\/invoke, which Wix adds by itself; leave it out$/],
    [{ to, timeout: '10' }, /^forward\.timeout: is the text "10", but must be/],
    [{ to, timeout: '2h' }, /^forward\.timeout: is 2h, but must lie between 100ms and 1h$/],
    [{ to, timeout: '0s' }, /^forward\.timeout: is 0s, but must lie/],
    [{ to, maxBodySize: '10MB' }, /^forward\.maxBodySize: is the text "10MB", but must be .* B, KiB, MiB or GiB/],
    [{ to, maxConcurrentCalls: 0 }, /^forward\.maxConcurrentCalls: is 0, but must be/],
    [{ to, basePath: '/a/' }, /^forward\.basePath: is not a known key/],
    [[], /^forward: is an empty list, but must be a mapping with the key to, or a list/],
    [[{ to }], /^forward\.0\.basePath: is missing: the path of the base URI of some actions/],
    [[{ basePath: 'email', to }], /^forward\.0\.basePath: is the text "email", but must be/],
    [[{ basePath: '/a/../b', to }], /^forward\.0\.basePath: is the text/],
    [[{ basePath: '/v1/quota-info', to }], /^forward\.0\.basePath: ends in v1\/quota-info, which Wix adds by itself/],
    [
      [
        { basePath: '/a', to },
        { basePath: '//a/', to }
      ],
      /^forward\.1\.basePath: is \/a\/, which an earlier entry has already$/
    ],
    [[{ basePath: '/health/', to }], /^forward\.0\.basePath: is \/health\/, where pages of Quota Bridge itself lie/],
    [
      [{ basePath: '/a', to }],
      /^server\.basePath: does not go together with a list under forward:, where each entry has a basePath of its own; take it out$/,
      { basePath: '/b/' }
    ]
  ]
  for (const [forward, mistake, server] of wrong) {
    const found = mistakes(forward, server)
    t.match(found, [mistake], JSON.stringify(forward))
    t.equal(found.length, 1)
  }
})

t.test('server.grace is a duration that a timer can count', async t => {
  t.equal(read(undefined, { grace: '30s' }).server.grace, '30s')
  t.match(mistakes(undefined, { grace: '2h' }), ['server.grace: is 2h, but must lie between 0s and 1h'])
  t.match(mistakes(undefined, { grace: 5 }), [
    /^server\.grace: is 5, but must be a duration: how long calls under way .*10s\)$/
  ])
})
