// The HTTP that adapters share, where no adapter of ours shows its rules.
import { createServer, type RequestListener } from 'node:http'
import t, { type Test } from 'tap'
import { canBeSent, createHttpClient, partyOf } from '../../src/providers/http-client.ts'

const rules = { allowedHosts: ['127.0.0.1'], allowPrivateHosts: true }

async function start(t: Test, answer: RequestListener, finding?: () => string | undefined) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  const client = createHttpClient(
    rules,
    { maxResponseBytes: 1024, connectionsPerOrigin: 2 },
    { ...(finding && { finding }) }
  )
  t.teardown(async () => {
    server.closeAllConnections()
    server.close()
    await client.close()
  })
  const url = new URL(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`)
  const ask = (headers: Record<string, string> = {}, msLeft = 5000) =>
    client.json(
      { operation: 'test', url, headers },
      { signal: AbortSignal.timeout(5000), deadlineAt: performance.now() + msLeft }
    )
  return { url, client, ask }
}

const json = { 'content-type': 'application/json' }

t.test('a body is sent as it is, and the JSON of the answer is given', async t => {
  const { url, client } = await start(t, async ({ method, headers }, response) => {
    response.writeHead(200, { 'content-type': 'application/problem+json; charset=utf-8' })
    response.end(JSON.stringify({ method, type: headers['content-type'], accept: headers.accept }))
  })
  const call = {
    operation: 'test',
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}'
  } as const
  const expected = { method: 'POST', type: 'application/json', accept: 'application/json' }
  t.strictSame(await client.jsonOnce(call, AbortSignal.timeout(5000)), expected)
})

t.test('what is no JSON, or does not say that it is, makes no sense', async t => {
  for (const [type, body] of [
    ['text/html', '{}'],
    ['application/json', '{'],
    ['application/json', '']
  ]) {
    const { ask } = await start(t, (_request, response) => response.writeHead(200, { 'content-type': type }).end(body))
    await t.rejects(ask(), { code: 'PROVIDER_REJECTED', finding: 'answer-invalid' })
  }
})

t.test('each refusal is told by what its status says, unless the adapter knows better', async t => {
  const findings = new Map([
    [201, 'answer-invalid'],
    [302, 'redirected'],
    [400, 'answer-invalid'],
    [401, 'api-key-rejected'],
    [403, 'access-refused'],
    [404, 'answer-invalid']
  ])
  for (const [status, finding] of findings) {
    const { ask } = await start(t, (_request, response) => response.writeHead(status, json).end('{}'))
    await t.rejects(ask(), { code: 'PROVIDER_REJECTED', finding, reason: `HTTP ${status}` }, String(status))
  }
  const own = await start(
    t,
    (_request, response) => response.writeHead(503).end(),
    () => 'closed-for-the-night'
  )
  await t.rejects(own.ask(), { code: 'PROVIDER_REJECTED', finding: 'closed-for-the-night' })
})

t.test('a redirect is never followed', async t => {
  let asked = 0
  const { ask } = await start(t, ({ url }, response) => {
    asked++
    response.writeHead(url === '/' ? 302 : 200, { ...json, location: '/elsewhere' }).end('{}')
  })
  await t.rejects(ask(), { code: 'PROVIDER_REJECTED', finding: 'redirected' })
  t.equal(asked, 1)
})

t.test('a gateway that fails is asked once more while there is time', async t => {
  let asked = 0
  const { ask } = await start(t, (_request, response) =>
    response.writeHead(++asked === 1 ? 502 : 200, json).end(String(asked))
  )
  t.equal(await ask(), 2)
  asked = 0
  await t.rejects(ask({}, 100), { code: 'QUOTA_UNAVAILABLE', finding: 'upstream-error', reason: 'HTTP 502' })
})

t.test('when an upstream will be back is believed', async t => {
  const { ask } = await start(t, (_request, response) => response.writeHead(500, { 'retry-after': '7' }).end())
  await t.rejects(ask(), { code: 'QUOTA_UNAVAILABLE', finding: 'upstream-error', retryAfterSeconds: 7 })
})

t.test('an answer without end is cut off', async t => {
  const { ask } = await start(t, (_request, response) => response.writeHead(200, json).end('1'.repeat(1025)))
  await t.rejects(ask(), { code: 'PROVIDER_REJECTED', finding: 'answer-too-large' })
})

t.test('what no header can hold is not sent', async t => {
  const { ask } = await start(t, (_request, response) => response.writeHead(200, json).end('1'))
  for (const value of ['', ' ', 'a\nb', 'ключ', ' a', 'a '])
    await t.rejects(ask({ authorization: value }), {
      code: 'PROVIDER_REJECTED',
      finding: 'api-key-rejected',
      reason: 'cannot be sent'
    })
  for (const value of ['a', 'Bearer a', 'x'.repeat(4096)]) t.ok(canBeSent(value), value.slice(0, 10))
  t.notOk(canBeSent('x'.repeat(4097)))
  t.equal(await ask({ authorization: 'Bearer a' }), 1)
})

t.test('credentials are told apart, however they are cut', async t => {
  t.equal(partyOf('a', 'b'), partyOf('a', 'b'))
  t.not(partyOf('a', 'b'), partyOf('ab'))
})
