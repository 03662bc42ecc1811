// The token behind the button Connect, as the server of a maker with a page of their own redeems it.
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { createConnectTokens } from '../../src/providers/connect-tokens.ts'
import { bodyOf, errorOf } from '../helpers/bridge.ts'
import { movableClock } from '../helpers/clock.ts'
import { startManagedBridge } from '../helpers/manage.ts'

const SITE = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'
const ENDED = { status: 404, code: 'CONNECT_TOKEN_ENDED', wellFormed: true }

async function start(t: Test) {
  const clock = movableClock()
  const bridge = await startManagedBridge(t, {
    now: clock.now,
    connectUrl: 'https://app.example.com/connect',
    sites: { deadline: '5s' }
  })
  // Where many tests run at once a start takes its time, and a service that is late refuses calls.
  while ((await bridge.call('send-email')).status === 503) await sleep(100)
  return {
    ...bridge,
    clock,
    redeem: (token: unknown) => bridge.manage('POST', 'v1/connect-tokens/redeem', { token }),
    async newToken(language = 'de-AT') {
      const answer = await bodyOf(
        await bridge.call('site-room', payload => ({
          ...payload,
          data: { request: { actionKey: 'site-room' }, metadata: { instanceId: SITE, languages: [language] } }
        }))
      )
      const { upgradeCta } = answer.actionQuotaInfo.quotaInfo[0] ?? {}
      return new URL(upgradeCta?.url ?? 'http://none').searchParams.get('token') ?? ''
    }
  }
}

t.test('a token says once whose site it is about, and in which language its button was read', async t => {
  const { redeem, newToken, log } = await start(t)
  const token = await newToken()
  const answer = await redeem(token)
  t.equal(answer.status, 200)
  t.strictSame(await answer.json(), { provider: 'sites', instanceId: SITE, language: 'de' })
  t.match(await errorOf(await redeem(token)), ENDED, 'used')
  const [one, two] = [await newToken('xx'), await newToken()]
  t.equal((await redeem(two)).status, 200, 'one does not end another')
  t.match(await (await redeem(one)).json(), { language: 'en' })
  for (const each of [token, one, two]) t.notMatch(log.join(''), each)
})

t.test('of two that redeem one token at once, one is told', async t => {
  const { redeem, newToken } = await start(t)
  const token = await newToken()
  const answers = await Promise.all([redeem(token), redeem(token), redeem(token)])
  t.strictSame(answers.map(({ status }) => status).sort(), [200, 404, 404])
})

t.test('what was not made here, was changed or has ended is redeemed by nobody', async t => {
  const { redeem, newToken, clock } = await start(t)
  const token = await newToken()
  const [head = '', payload = '', signature = ''] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const bent = Buffer.from(JSON.stringify({ ...claims, instanceId: 'another' })).toString('base64url')
  const none = Buffer.from('{"alg":"none"}').toString('base64url')
  const theirs = createConnectTokens({ secret: async () => Buffer.from('somebody else'.repeat(4)), now: clock.now })
  const link = await theirs.linkFor('https://x.example', { ...claims, use: 'maker' })
  const wrong = {
    nonsense: 'nonsense',
    cut: token.slice(0, -1),
    'with another site': [head, bent, signature].join('.'),
    'of no algorithm': [none, payload, ''].join('.'),
    'under another key': new URL(link).searchParams.get('token') ?? '',
    long: 'a'.repeat(4000)
  }
  for (const [name, text] of Object.entries(wrong)) t.match(await errorOf(await redeem(text)), ENDED, name)
  for (const text of ['', undefined, 'a'.repeat(5000)])
    t.match(await errorOf(await redeem(text)), { status: 400, code: 'INVALID_REQUEST', data: { field: /^body/ } })
  clock.move(30 * 60_000 - 1)
  t.equal((await redeem(token)).status, 200, 'to the last moment')
  const later = await newToken()
  clock.move(30 * 60_000)
  t.match(await errorOf(await redeem(later)), ENDED, 'ended')
})
