// A link opens the pages once, soon ends, and gives no more than its maker's token and its time allow.
import t from 'tap'
import { errorOf, MANAGEMENT_TOKEN, TODAY } from '../helpers/bridge.ts'
import { startManagedBridge } from '../helpers/manage.ts'

const MINUTE_MS = 60_000

async function start(t: Parameters<typeof startManagedBridge>[0], management: object = { token: MANAGEMENT_TOKEN }) {
  const clock = { now: TODAY.getTime() }
  const bridge = await startManagedBridge(t, { management, now: () => clock.now })
  const as = (token: string, method: string, path: string) =>
    bridge.get('management', path, { method, headers: { authorization: `Bearer ${token}` } })
  const told = async (response: Response): Promise<Record<string, string>> => JSON.parse(await response.text())
  return {
    ...{ bridge, clock, as },
    makeLink: async (token = MANAGEMENT_TOKEN) => told(await as(token, 'POST', 'v1/sign-in-links')),
    open: (code = '') => as(code, 'POST', 'v1/sessions'),
    session: async (code = '') => told(await as(code, 'POST', 'v1/sessions'))
  }
}

t.test('a link opens a session, in the name of who made it, and neither is in the log', async t => {
  const { bridge, as, makeLink, session } = await start(t, { token: [{ name: 'ops-2026', token: MANAGEMENT_TOKEN }] })
  const { code = '', endsAt } = await makeLink()
  t.match(code, /^[\w-]{22}$/)
  t.equal(endsAt, '2026-11-22T12:10:00.000Z')
  const { token = '', name, endsAt: sessionEndsAt } = await session(code)
  t.match(token, /^[\w-]{43}$/)
  t.equal(name, 'ops-2026')
  t.equal(sessionEndsAt, '2026-11-22T13:00:00.000Z')
  t.equal((await as(token, 'GET', 'v1/preview')).status, 200)
  await bridge.connect('site-1', { url: 'https://a.onlyoffice.com', apiKey: 'k'.repeat(20) })
  t.equal((await as(token, 'DELETE', 'v1/connections/sites/site-1')).status, 204)
  const audit = await (await as(token, 'GET', 'v1/audit')).text()
  t.match(JSON.parse(audit).entries[0], { actor: 'ops-2026', action: 'connection.deleted' })
  t.notOk(bridge.log.some(line => line.includes(code) || line.includes(token)))
  t.ok(bridge.log.some(line => line.includes('a page was opened by a link')))
})

t.test('it opens one session, however many try at once', async t => {
  const { makeLink, open } = await start(t)
  const { code } = await makeLink()
  const answers = await Promise.all([open(code), open(code), open(code)])
  t.strictSame(answers.map(({ status }) => status).sort(), [201, 401, 401])
  const late = await open(code)
  t.match(JSON.parse(await late.text()), {
    message: 'This link was used already, or its time is over.',
    applicationError: { code: 'UNAUTHORIZED', description: /^Make another one with: quota-bridge preview/ }
  })
})

t.test('a link ends after 10 minutes, a session after an hour', async t => {
  const { clock, as, makeLink, open, session } = await start(t)
  const late = await makeLink()
  const { token = '' } = await session((await makeLink()).code)
  clock.now += 10 * MINUTE_MS
  t.equal((await open(late.code)).status, 401)
  clock.now += 50 * MINUTE_MS - 1
  t.equal((await as(token, 'GET', 'v1/audit')).status, 200)
  clock.now += 1
  t.match(await errorOf(await as(token, 'GET', 'v1/audit')), { status: 401, code: 'UNAUTHORIZED' })
})

t.test('with the token that it was made with, everything ends that came of it', async t => {
  const { bridge, as, makeLink, open, session } = await start(t)
  const { token = '' } = await session((await makeLink()).code)
  const { code } = await makeLink()
  bridge.rewrite({ management: { token: 'another-token-for-tests' } })
  t.equal((await bridge.manage('POST', 'v1/config/reload')).status, 200)
  t.equal((await as(token, 'GET', 'v1/audit')).status, 401)
  t.equal((await open(code)).status, 401)
})

t.test(
  'a session makes no link, a link opens nothing but a session, and a token of the configuration is no link',
  async t => {
    const { as, makeLink, session } = await start(t)
    const { code = '' } = await makeLink()
    t.equal((await as(code, 'GET', 'v1/preview')).status, 401)
    t.equal((await as(code, 'GET', 'metrics')).status, 401)
    t.equal((await as(MANAGEMENT_TOKEN, 'POST', 'v1/sessions')).status, 401)
    const { token = '' } = await session(code)
    t.equal((await as(token, 'POST', 'v1/sign-in-links')).status, 401)
    t.equal((await as(token, 'GET', 'metrics')).status, 401)
  }
)

t.test('of more links than anybody needs, the oldest end', async t => {
  const { makeLink, open } = await start(t)
  const first = await makeLink()
  const second = await makeLink()
  for (let more = 0; more < 99; more++) await makeLink()
  t.equal((await open(first.code)).status, 401)
  t.equal((await open(second.code)).status, 201)
})
