// What a call leads to: whom it asks, what of the report it is shown, and what an opened upgrade link notes.
import t from 'tap'
import { staticAdapter } from '../../src/providers/static/index.ts'
import type { QuotaReport } from '../../src/quota/report.ts'
import { createQuotaService, type QuotaAction } from '../../src/quota/service.ts'
import type { ShowRequest } from '../../src/quota/show.ts'
import type { Source } from '../../src/quota/source.ts'
import type { ConnectionKey } from '../../src/store/connection-key.ts'

const freshness = { freshForMs: 60_000, patienceMs: 1000, deadlineMs: 2500, keepForMs: 3_600_000 }
const quotas = ['room', 'manager', 'users'].map(feature => ({ feature, unit: 'count' as const, used: 1, limit: 2 }))
const report: QuotaReport = { vocabulary: 'v', account: 'a', groups: [{ plans: [{ id: 'p' }], quotas }] }

/** A service of one provider, `shop`, which all sites share, and what it asked and noted. */
function start(action: Partial<QuotaAction> = {}, more: Partial<Source> = {}) {
  const asked: ShowRequest[] = []
  const marked: ConnectionKey[] = []
  const source: Source = {
    name: 'shop',
    adapter: staticAdapter,
    settings: {},
    freshness,
    shared: { connection: 'theirs' },
    provider: {
      fetchReport: async () => report,
      check: async () => ({ health: 'ok' }),
      upgradeUrl: (_connection, group) => (group === 0 ? 'https://example.com/upgrade' : undefined),
      close: async () => {}
    },
    connectionOf: async () => ({ connection: 'theirs', fingerprint: 'f' }),
    connectionAtHand: () => undefined,
    ...more
  }
  const service = createQuotaService({
    actions: new Map([['buy', { source, features: ['*'], enforced: true, ...action }]]),
    sources: new Map([['shop', source]]),
    async show(request) {
      asked.push(request)
      return { report, ageMs: 0, done: 'hit', freshMs: 1 }
    },
    showAtOnce: () => undefined,
    markPlan: async key => void marked.push(key)
  })
  const features = async () => {
    const { outcome } = await service.ask({ actionKey: 'buy', instanceId: 'site' })
    return outcome.kind === 'report' ? outcome.report.groups[0]?.quotas.map(({ feature }) => feature) : outcome.kind
  }
  return { service, asked, marked, features }
}

t.test('an action is shown its features in its order, and * stands for all others where it stands', async t => {
  const told = (...features: string[]) => start({ features }).features()
  t.strictSame(await told('users', 'room'), ['users', 'room'])
  t.strictSame(await told('users', '*'), ['users', 'room', 'manager'])
  t.strictSame(await told('*', 'room'), ['manager', 'users', 'room'])
  t.strictSame(await told('seats'), [])
})

t.test('what an action does not show does not concern it; all does where it shows *', async t => {
  const concerns = async (...features: string[]) => {
    const { features: ask, asked } = start({ features })
    await ask()
    return ['room', 'seats'].map(feature => asked[0]?.shows(feature))
  }
  t.strictSame(await concerns('room'), [true, false])
  t.strictSame(await concerns('users', '*'), [true, true])
})

t.test('of the time for an answer, some is left to send it', async t => {
  const { features, asked } = start()
  await features()
  t.match(asked, [{ key: { provider: 'shop', instanceId: '' }, connection: 'theirs', fingerprint: 'f' }])
  t.strictSame(asked[0]?.freshness, { ...freshness, deadlineMs: 2200 })
})

t.test('nobody is asked for an action that is not enforced, nor for a site without a connection', async t => {
  const free = start({ enforced: false })
  t.equal(await free.features(), 'nothing')
  const unknown = start({}, { connectionOf: async () => undefined })
  t.strictSame([await unknown.features(), free.asked, unknown.asked], ['nothing', [], []])
})

t.test('an upgrade link that leads somewhere notes that the plan may change, and no other does', async t => {
  const { service, marked } = start()
  const key = { provider: 'shop', instanceId: '' }
  t.equal(await service.upgradeUrl(key, 1), undefined)
  t.equal(await service.upgradeUrl({ ...key, provider: 'gone' }, 0), undefined)
  t.strictSame(marked, [])
  t.equal(await service.upgradeUrl(key, 0), 'https://example.com/upgrade')
  t.strictSame(marked, [key])
})
