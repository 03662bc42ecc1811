// What callers, sites, upstreams and the maker's own server send never gets into a metric, and makes no new ones.
import { join } from 'node:path'
import t from 'tap'
import { MANAGEMENT_TOKEN, startBridge } from '../helpers/bridge.ts'
import { readMetrics } from '../helpers/metrics.ts'
import { startTarget } from '../helpers/target.ts'

const PLANTED = 'planted-7f3e'
const SITE = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'

t.test('a secret in a call, a path, an answer of an upstream or a token is in no metric', async t => {
  const upstream = await startTarget(t, {
    answer: (_request, response, { url }) => {
      const status = url.includes('bad') ? 500 : 200
      response.writeHead(status, `${PLANTED} reason`, { 'content-type': 'application/json', 'x-planted': PLANTED })
      response.end(JSON.stringify({ used: 3, limit: 10, plan: PLANTED, error: { message: PLANTED } }))
    }
  })
  const maker = await startTarget(t, {
    answer: (_request, response) => response.writeHead(799, PLANTED, { 'x-planted': PLANTED }).end(PLANTED)
  })
  const mapped = (path: string) => ({
    type: 'http',
    allowPrivateHosts: true,
    auth: { bearer: `${PLANTED}-bearer` },
    requests: { usage: { get: `${upstream.url}/${path}?key=${PLANTED}-url` } },
    account: PLANTED,
    plans: [{ id: { at: 'usage#/plan' }, name: { at: 'usage#/plan' } }],
    quotas: { mails: { names: { en: PLANTED }, used: { at: 'usage#/used' }, limit: { at: 'usage#/limit' } } }
  })
  const bridge = await startBridge(t, {
    management: { token: MANAGEMENT_TOKEN, metrics: { token: `${PLANTED}-metrics` } },
    store: { url: `file:${join(t.testdir(), `${PLANTED}.db`)}` },
    forward: { to: `${maker.url}/${PLANTED}` },
    providers: { good: mapped('good'), bad: mapped('bad') },
    actions: { mails: { provider: 'good' }, 'bad-mails': { provider: 'bad' } }
  })
  const { docspace, call, post, get } = bridge
  const ask = (actionKey: string) => call(actionKey, change)
  const change = (payload: Record<string, unknown>) => {
    const { data, ...claims } = payload
    const metadata = { requestId: PLANTED, instanceId: `${PLANTED}-site`, languages: [PLANTED], currency: PLANTED }
    return { ...claims, data: { ...Object(data), metadata } }
  }
  await ask(`${PLANTED} action`)
  for (const action of ['mails', 'bad-mails', 'create-room', 'site-room']) await ask(action)
  await call('create-room', payload => ({ ...payload, aud: PLANTED }))
  await post(`${PLANTED}.${PLANTED}.${PLANTED}`, { authorization: PLANTED, traceparent: PLANTED, 'x-planted': PLANTED })
  for (const path of [`v1/invoke?${PLANTED}`, `v1/${PLANTED}`, `${PLANTED}/../..%2f`, `health/${PLANTED}`])
    await get('public', path, { method: 'POST', body: PLANTED, headers: { authorization: `Bearer ${PLANTED}` } })
  const put = (site: string, apiKey: string) =>
    get('management', `v1/connections/sites/${site}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${MANAGEMENT_TOKEN}` },
      body: JSON.stringify({ url: docspace.url, apiKey })
    })
  t.equal((await put(SITE, docspace.portal.keys.owner)).status, 201)
  t.equal((await put(SITE, `sk-${PLANTED}`)).status, 422)
  t.equal((await get('management', 'metrics', { headers: { authorization: `Bearer ${PLANTED}` } })).status, 401)
  const { text, samples } = await readMetrics(bridge)
  t.ok(samples.length > 300)
  t.match(text, 'quota_bridge_upstream_calls_total{provider="bad",operation="usage",finding="upstream-error"} ')
  t.match(text, 'quota_bridge_forwarded_calls_total{base_path="/",operation="other",status="other",code="ok"} ')
  t.notMatch(text, /planted/i)
  for (const secret of [...docspace.secrets, MANAGEMENT_TOKEN, SITE, docspace.url, upstream.url, maker.url])
    t.notOk(text.includes(secret), 'no secret, no site and no address')
  t.match(bridge.log.join(''), PLANTED, 'the log has what callers may send, so that it did come')
})

t.test('however many actions, sites and paths are made up, there are no more metrics than before', async t => {
  const bridge = await startBridge(t, { management: { token: MANAGEMENT_TOKEN } })
  const made = (round: number) =>
    Promise.all([
      bridge.call(`action ${round}`),
      bridge.call('create-room', payload => ({ ...payload, aud: `app ${round}` })),
      bridge.post(`body ${round}`),
      bridge.get('public', `path/${round}`),
      bridge.get('public', 'v1/upgrade/none')
    ])
  await made(0)
  const series = async () =>
    (await readMetrics(bridge)).samples.map(({ name, labels }) => name + JSON.stringify(labels))
  const before = new Set(await series())
  for (let round = 1; round <= 200; round++) await made(round)
  const grown = (await series()).filter(name => !before.has(name) && name.startsWith('quota_bridge_'))
  t.strictSame(grown, [])
  t.ok(before.size > 100)
})
