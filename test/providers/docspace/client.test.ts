// One call to a portal, where the answers to Wix do not show all of its rules.
import { createServer, type RequestListener } from 'node:http'
import t, { type Test } from 'tap'
import { getAnswer } from '../../../src/providers/docspace/client.ts'
import { createOutboundAgent } from '../../../src/providers/outbound.ts'
import { GIVEN_UP } from '../../../src/providers/resilience.ts'
import { Type, TypeCompiler } from '../../../src/schema.ts'

const check = TypeCompiler.Compile(Type.Object({}))

/** Asks a server that does as the test says; `host` is what the address names it by. */
async function ask(t: Test, answer: RequestListener, { signal = AbortSignal.timeout(5000), guarded = false } = {}) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  const rules = { allowedHosts: ['localhost'], allowPrivateHosts: !guarded }
  const agent = createOutboundAgent(rules, { maxResponseBytes: 1024, connectionsPerOrigin: 2 })
  t.teardown(async () => {
    server.closeAllConnections()
    server.close()
    await agent.close()
  })
  const url = `http://localhost:${typeof address === 'object' ? address?.port : 0}`
  return getAnswer(agent, { url, apiKey: 'sk-key' }, '/', check, signal)
}

t.test('how long a portal limits us is believed within reason: a second to an hour', async t => {
  const told = (after: string) =>
    ask(t, (_request, response) => response.writeHead(429, { 'retry-after': after }).end())
  const expected = { '86400': 3600, '3600': 3600, '7': 7, '0': 1, soon: 60 }
  for (const [after, retryAfterSeconds] of Object.entries(expected))
    await t.rejects(told(after), { code: 'QUOTA_UNAVAILABLE', finding: 'rate-limited', retryAfterSeconds }, after)
})

t.test('an allowed name that leads to this machine is told as such', async t => {
  let requests = 0
  const asked = ask(t, (_request, response) => response.end(String(++requests)), { guarded: true })
  await t.rejects(asked, { code: 'PROVIDER_REJECTED', finding: 'host-not-allowed' })
  t.equal(requests, 0)
})

t.test('what we gave up ourselves is not the lateness of a portal', async t => {
  for (const [why, failure] of [
    [GIVEN_UP, { code: 'QUOTA_UNAVAILABLE', finding: 'unreachable', reason: GIVEN_UP }],
    [undefined, { code: 'PROVIDER_TIMEOUT', finding: 'timeout' }]
  ] as const) {
    const giving = new AbortController()
    await t.rejects(
      ask(t, () => giving.abort(why), { signal: giving.signal }),
      failure
    )
  }
})

t.test('a portal whose plan has expired says so with 402', async t => {
  await t.rejects(
    ask(t, (_request, response) => response.writeHead(402).end()),
    { code: 'PROVIDER_REJECTED', finding: 'portal-not-paid' }
  )
})
