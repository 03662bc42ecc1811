// What a raw request target means: one of our pages, a path to pass on, or nothing that everybody reads alike.
import { posix } from 'node:path'
import fc from 'fast-check'
import { pino } from 'pino'
import t from 'tap'
import { buildPublicApp } from '../../../src/public/app.ts'
import { decide, isConnectPage, isReserved } from '../../../src/public/forward/decide.ts'
import { fuzz } from '../../helpers/fuzz.ts'

const ROOT = [{ basePath: '/' }]
const NESTED = [{ basePath: '/email/' }, { basePath: '/email/v2/' }, { basePath: '/a/b/' }]

const restOf = (target: string, bases = ROOT) => {
  const verdict = decide(target, bases)
  return verdict.kind === 'below' ? `${verdict.base.basePath} ${verdict.rest}` : verdict.kind
}

t.test('what stands below a base path keeps its spelling', async t => {
  const below = {
    '/v1/invoke': '/ v1/invoke',
    '//v1/invoke': '/ v1/invoke',
    '///v1//invoke/': '/ v1//invoke/',
    '/v1/invoke?': '/ v1/invoke?',
    '/v1/invoke?a=..%2f%00\\{|}"é&/v1/quota-info': '/ v1/invoke?a=..%2f%00\\{|}"é&/v1/quota-info',
    '/%76%31/in%76oke': '/ %76%31/in%76oke',
    '/100%25': '/ 100%25',
    '/caf%C3%A9/%C3%80': '/ caf%C3%A9/%C3%80',
    '/...': '/ ...',
    '/..a/a../.a': '/ ..a/a../.a',
    '/quota-info': '/ quota-info',
    '/v1/quota-information': '/ v1/quota-information',
    '/x/v1/quota-info': '/ x/v1/quota-info',
    '/healthy': '/ healthy',
    '/v1': '/ v1',
    '/': '/ ',
    '/?x': '/ ?x'
  }
  for (const [target, wanted] of Object.entries(below)) t.equal(restOf(target), wanted, target)
})

t.test('the longest base path wins, slashes and encoding aside, and its case counts', async t => {
  const below = {
    '/email/v1/invoke': '/email/ v1/invoke',
    '//email//v1/invoke': '/email/ v1/invoke',
    '/email': '/email/ ',
    '/email?x=1': '/email/ ?x=1',
    '/email/v2': '/email/v2/ ',
    '/%65mail/v%32//x': '/email/v2/ x',
    '/email/v20/x': '/email/ v20/x',
    '/emails/x': 'elsewhere',
    '/Email/x': 'elsewhere',
    '/a': 'elsewhere',
    '/a/b': '/a/b/ ',
    '/': 'elsewhere'
  }
  for (const [target, wanted] of Object.entries(below)) t.equal(restOf(target, NESTED), wanted, target)
})

t.test('the page for connecting sites is ours where it is on, and a path of the maker where it is off', async t => {
  for (const target of ['/connect', '/connect?token=x', '//Connect/', '/%63onnect/x', '/connect;a=b']) {
    t.equal(decide(target, ROOT, true).kind, 'own', target)
    t.equal(decide(target, ROOT).kind, 'below', target)
  }
  t.equal(decide('/connected', ROOT, true).kind, 'below')
  t.ok(isConnectPage('/Connect/x/'))
  t.notOk(isConnectPage('/x/connect/'))
})

t.test('pages of ours are never passed on, however they are spelled', async t => {
  for (const target of [
    ...[
      '/v1/quota-info',
      '//v1//quota-info/',
      '/v1/quota-info?x',
      '/V1/Quota-Info',
      '/v1/quota%2dinfo',
      '/v1/quota%252dinfo'
    ],
    ...['/v1/quota-info;a=b', '/v1;x/quota-info', '/v1/;/quota-info', '/v1/quota-info/more', '/%76%31/%71uota-info'],
    ...[
      '/v1/app-events',
      '/v1/App-Events/',
      '/v1/app%2Devents/x',
      '/v1/upgrade',
      '/v1/upgrade/token',
      '//v1/upgrade//token'
    ],
    ...['/health', '/health/live', '/HEALTH/ready', '/health/anything']
  ])
    t.equal(restOf(target), 'own', target)
  for (const target of [
    '/email/v1/quota-info',
    '/EMAIL/v1/QUOTA-info',
    '/a//b/v1/quota-info',
    '/v1/upgrade/x',
    '/health'
  ])
    t.equal(restOf(target, NESTED), 'own', target)
  t.equal(restOf('/v1/quota-info', NESTED), 'elsewhere')
  for (const basePath of ['/health/', '/v1/upgrade/x/', '/V1/app-events/']) t.ok(isReserved(basePath), basePath)
  for (const basePath of ['/', '/v1/', '/healthy/', '/x/health/']) t.notOk(isReserved(basePath), basePath)
})

t.test('every route of the public listener is one of them', async t => {
  const app = buildPublicApp({
    logger: pino({ level: 'silent' }),
    basePaths: ['/', '/email/'],
    forward: [],
    connectTokens: { linkFor: async address => address },
    origins: { note: async () => {} },
    language: () => 'en',
    isStopping: () => false,
    publish: () => {},
    connections: { removeSite: async () => 0 },
    maxConcurrentCalls: 1,
    readEnvelope: () => Promise.reject(new Error('not asked')),
    readAppEvent: () => Promise.reject(new Error('not told')),
    links: { linked: async report => report, read: async () => undefined },
    quotas: { upgradeUrl: async () => undefined, ask: () => Promise.reject(new Error('not asked')) },
    presenter: () => ({ answer: { enforced: false, quotaInfo: [] }, language: 'en' })
  })
  const routes: string[] = []
  app.addHook('onRoute', ({ url }) => void routes.push(url))
  await app.ready()
  t.teardown(() => app.close())
  t.ok(routes.length >= 5)
  for (const url of routes)
    t.equal(restOf(url.replace(':token', 'x'), [{ basePath: '/' }, { basePath: '/email/' }]), 'own', url)
})

t.test('what two servers might read differently is refused', async t => {
  for (const target of [
    ...['/..', '/../v1/invoke', '/a/../b', '/a/..', '/./a', '/a/.', '/v1/..;/invoke', '/v1/.;x=y/invoke'],
    ...['/%2e%2e/x', '/%2E./x', '/.%2e/x', '/%2e/x', '/%252e%252e/x', '/%25%32%65%2e/x', '/a/%25252e%25252e/b'],
    ...['/a%2fb', '/a%2Fb', '/a%252fb', '/a%5cb', '/a%5Cb', '/a%255cb', '/..%2f..%2fetc', '/a\\b', '/\\evil.example/'],
    ...[
      '/%00',
      '/a%0d%0ab',
      '/%7f',
      '/a%2500',
      '/a b',
      '/a\tb',
      '/a#b',
      '/a?b#c',
      '/a{b}',
      '/a|b',
      '/a"b',
      '/a<b>',
      '/a^b'
    ],
    ...['/%', '/%4', '/%zz', '/%ff', '/%c0%ae%c0%ae/x', '/%e9', '/caf\u00e9', '/%252525252525252e', '/a[b]'],
    ...['http://evil.example/v1/invoke', 'https://x/', '*', '', 'v1/invoke', 'evil.example:443'].filter(x => x !== '//')
  ])
    t.match(decide(target, ROOT), { kind: 'refused', reason: /^the (path|request target) / }, target)
})

t.test(
  'whatever is passed on stays below its base path and names no page of ours, for whoever decodes and resolves it',
  async t => {
    const piece = fc.oneof(
      fc.constantFrom('v1', 'quota-info', 'invoke', 'health', 'email', 'app-events', 'upgrade', 'V1', 'Quota-Info', ''),
      fc.constantFrom(
        '.',
        '..',
        '%2e',
        '%2E%2e',
        '.%252e',
        '..;a',
        '%2f',
        '%5c',
        '\\',
        '%00',
        '%c0%ae',
        ';',
        '%3b',
        '%25'
      ),
      fc.string({ maxLength: 5 })
    )
    const target = fc
      .array(fc.tuple(fc.constantFrom('/', '//', '/', ''), piece, piece), { minLength: 1, maxLength: 6 })
      .map(parts => `/${parts.flat().join('')}`)
    const bases = fc.constantFrom(ROOT, NESTED, [{ basePath: '/' }, { basePath: '/email/' }])
    const decodings = (text: string, times: number): string[] => {
      if (times === 0) return [text]
      const decoded = text.replace(/%([0-7][0-9a-f])/gi, (_whole, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
      return [text, ...decodings(decoded, times - 1)]
    }
    const property = fc.asyncProperty(target, bases, async (target, bases) => {
      const verdict = decide(target, bases)
      if (verdict.kind !== 'below') return
      const path = verdict.rest.replace(/\?.*$/s, '')
      if (!target.endsWith(verdict.rest)) throw new Error('the spelling was changed')
      for (const read of decodings(path, 4)) {
        if (/[\\\p{Cc}]/u.test(read)) throw new Error(`holds what no path may hold: ${read}`)
        for (const resolved of [read, read.replace(/;[^/]*/g, '')].map(text => posix.normalize(`/wix/${text}`))) {
          if (resolved !== '/wix' && !resolved.startsWith('/wix/')) throw new Error(`leaves the target: ${resolved}`)
          if (/^\/wix\/+v1\/+quota-info(\/|$)/i.test(resolved)) throw new Error(`is a page of ours: ${resolved}`)
        }
        if (
          verdict.base.basePath === '/' &&
          /^\/*(health|v1\/+(app-events|upgrade))(\/|$)/i.test(posix.normalize(`/${read}`))
        )
          throw new Error(`is a page of ours: ${read}`)
      }
    })
    await fuzz(t, 'forward-targets', 'raw request targets', property)
  }
)
