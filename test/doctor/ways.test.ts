// The way in and the way on: what proves that Wix's calls arrive, and what names the hop where they do not.
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { createServer as createSocketServer, type Server } from 'node:net'
import t, { type Test } from 'tap'
import { call } from '../../src/doctor/hops.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { QuotaBridgeError } from '../../src/errors.ts'
import { errorAnswer } from '../../src/http/errors.ts'
import { ENCRYPTION_KEY, startBridge } from '../helpers/bridge.ts'
import { examineIn } from '../helpers/examine.ts'
import { freePort } from '../helpers/free-port.ts'

async function listen(t: Pick<Test, 'teardown'>, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  t.teardown(() => server.close())
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

async function answering(t: Pick<Test, 'teardown'>, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  t.teardown(() => server.closeAllConnections())
  return `http://127.0.0.1:${await listen(t, server)}`
}

/** An answer in our own form. */
const ours =
  (status: number, code: ErrorCode): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(errorAnswer(new QuotaBridgeError(code))))
  }

const foreign =
  (status: number, headers: Record<string, string> = {}, body = '<html>'): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body)

async function wayTo(t: Test, url: string) {
  const { one } = await examineIn(t.testdir(), { urls: [url] })
  return one('QB-WAY-IN', url)
}

t.test('QB-WAY-IN: the service itself refuses the call, by every base path of publicUrl and by --url', async t => {
  const { service, log } = await startBridge(t, { server: { basePath: '/quota/' } })
  const origin = service.publicUrl.replace('/quota/', '')
  const dir = t.testdir()
  const { of } = await examineIn(dir, {
    urls: [`${origin}/quota`],
    sections: {
      server: { publicUrl: origin, basePath: '/quota/' },
      store: { url: `file:${dir}/q.db`, encryptionKeys: [ENCRYPTION_KEY] }
    }
  })
  t.match(of('QB-WAY-IN'), [
    { status: 'ok', subject: `${origin}/quota/`, place: { path: 'server.publicUrl' } },
    { status: 'ok', subject: `${origin}/quota`, found: /refused in our own form/ }
  ])
  t.match(log.join(''), /INVALID_SIGNATURE/, 'which its log tells')
})

t.test('QB-WAY-IN: without an address there is nothing to call', async t => {
  t.match((await examineIn(t.testdir())).one('QB-WAY-IN'), { status: 'skipped', found: /server\.publicUrl is not set/ })
})

t.test('QB-WAY-IN: another base path, and forward in the place of the quota call', async t => {
  const { service } = await startBridge(t, { server: { basePath: '/quota/' } })
  t.match(await wayTo(t, service.publicUrl.replace('/quota/', '/')), {
    status: 'failed',
    found:
      /^base path: it arrives at Quota Bridge, which answers no quota calls at \/v1\/quota-info \(404 NOT_FOUND\)$/,
    remedy: /server\.basePath/
  })
  t.match(await wayTo(t, await answering(t, ours(502, 'FORWARD_FAILED'))), { status: 'failed', found: /^base path/ })
})

t.test('QB-WAY-IN: what answers in our form, but is busy or broken', async t => {
  t.match(await wayTo(t, await answering(t, ours(503, 'OVERLOADED'))), { status: 'warning', found: /too busy/ })
  t.match(await wayTo(t, await answering(t, ours(500, 'INTERNAL'))), {
    status: 'failed',
    found: /^service: .* 500 INTERNAL/
  })
})

t.test('QB-WAY-IN: whoever answers in the place of the service', async t => {
  const cases: [RequestListener, RegExp][] = [
    [
      foreign(301, { location: 'https://other.example/x?secret=1' }),
      /^proxy: it is redirected to https:\/\/other\.example\/x \(HTTP 301\)$/
    ],
    [foreign(302, { location: 'http://[' }), /^proxy: it is redirected \(HTTP 302\)$/],
    [foreign(401), /^proxy: something in front refuses it \(HTTP 401, not in our form\)$/],
    [foreign(502), /^proxy: it does not reach the service behind it \(HTTP 502/],
    [foreign(404), /^proxy: something else answers there \(HTTP 404/],
    [foreign(200, {}, 'hello'), /^proxy: something else answers there \(HTTP 200/],
    [
      foreign(200, {}, JSON.stringify({ actionQuotaInfo: { enforced: false, quotaInfo: [] } })),
      /^a call that nobody signed is answered$/
    ]
  ]
  for (const [listener, expected] of cases)
    t.match(await wayTo(t, await answering(t, listener)), { status: 'failed', found: expected, remedy: /./ })
})

t.test('QB-WAY-IN: DNS, connection, protocol', async t => {
  t.match(await wayTo(t, 'http://no-such-host.invalid/'), {
    status: 'failed',
    found: /^DNS: no-such-host\.invalid has no address/,
    paste: ['getent hosts no-such-host.invalid']
  })
  t.match(await wayTo(t, `http://127.0.0.1:${await freePort()}/`), {
    found: /^connection: nothing answers at 127.* \(ECONNREFUSED\)$/
  })
  const shell = createSocketServer(socket => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
  t.match(await wayTo(t, `http://127.0.0.1:${await listen(t, shell)}/`), {
    found: /^HTTP: what listens at .* does not speak it/
  })
  const plain = await answering(t, foreign(200))
  t.match(await wayTo(t, plain.replace('http:', 'https:')), { status: 'failed', found: /^TLS: no secure connection/ })
})

t.test('QB-WAY-IN: a certificate that is not good', async t => {
  const pem = (name: string) => readFileSync(`test/fixtures/self-signed/${name}.pem`)
  const server = createSecureServer({ key: pem('key'), cert: pem('certificate') })
  const port = await listen(t, server)
  t.match(await wayTo(t, `https://localhost:${port}/`), {
    status: 'failed',
    found: 'TLS: its certificate is signed by itself alone (DEPTH_ZERO_SELF_SIGNED_CERT)',
    remedy: /NODE_EXTRA_CA_CERTS/,
    paste: [new RegExp(`openssl s_client -connect localhost:${port}`)]
  })
})

t.test('a connection that stands, and an answer that does not come', async t => {
  const silent = await answering(t, () => {})
  t.match(await call({ url: new URL(silent), method: 'GET', timeoutMs: 100 }), { found: /no answer came in time/ })
  t.match(await call({ url: new URL('https://192.0.2.1/'), method: 'GET', timeoutMs: 100 }), { found: /192\.0\.2\.1/ })
})

t.test("QB-FORWARD: the maker's own server is there, whatever it answers", async t => {
  const seen: string[] = []
  const to = await answering(t, (request, response) => {
    seen.push(`${request.method} ${request.url}`)
    response.writeHead(404).end('nothing here')
  })
  const dir = t.testdir()
  const { one } = await examineIn(dir, { sections: { forward: { to: `${to}/wix` } } })
  t.match(one('QB-FORWARD'), {
    status: 'ok',
    subject: `${to}/wix/`,
    found: 'answers (HTTP 404)',
    place: { path: 'forward.to' }
  })
  t.strictSame(seen, ['GET /wix/'], 'by a call without effects')
  const list = await examineIn(dir, { sections: { forward: [{ basePath: '/a/', to }] } })
  t.match(list.one('QB-FORWARD'), { status: 'ok', place: { path: 'forward.0.to', line: 31 } })
})

t.test('QB-FORWARD: not there, behind a gateway, this service itself, and not configured', async t => {
  const dir = t.testdir()
  const look = async (to: string) => (await examineIn(dir, { sections: { forward: { to } } })).one('QB-FORWARD')
  t.match(await look(`http://127.0.0.1:${await freePort()}`), { status: 'failed', found: /ECONNREFUSED/ })
  t.match(await look(await answering(t, foreign(503))), { status: 'warning', found: /a gateway answers/ })
  const { service } = await startBridge(t)
  t.match(await look(service.publicUrl), { status: 'failed', found: /Quota Bridge itself answers there/ })
  t.match((await examineIn(dir)).one('QB-FORWARD'), { status: 'skipped', found: /has no forward:/ })
  t.match(await look('ftp://x'), { status: 'skipped', found: /forward is not right/ })
})
