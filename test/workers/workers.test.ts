// Several processes on one port, run as an operator runs them: one service in all that can be seen of it.
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { type RunningCrew, startCrew } from '../helpers/crew.ts'
import { startPostgres } from '../helpers/postgres.ts'

const MANY = 20

/** A portal of its own whose rooms are the given number. */
function connectionWith({ docspace }: RunningCrew, used: number) {
  const portal = docspace.addPortal('startup')
  const room = portal.scenario.quota.response.features?.find(({ id }) => id === 'room')
  if (room) Object.assign(room, { used: { value: used }, value: 10_000_000 })
  return { url: docspace.url, apiKey: portal.keys.owner }
}

const connect = ({ manage }: RunningCrew, connection: object) =>
  manage('PUT', 'v1/connections/sites/site?check=false', connection)

/** What is shown to as many callers as make sure that every worker was asked. */
async function shown({ askMany }: RunningCrew): Promise<string[]> {
  const answers = await askMany(8)
  return [...new Set(answers.map(({ body }) => /"currentUsage":"(\d+)"/.exec(body)?.[1] ?? 'nothing'))]
}

async function oneFetchAndOneTruth(t: Test, crew: RunningCrew): Promise<void> {
  const { askMany, docspace, manage, wix, publicUrl } = crew
  t.equal((await connect(crew, connectionWith(crew, 111))).status, 201)
  docspace.delayMs = 400
  const answers = await askMany(MANY)
  docspace.delayMs = 0
  t.equal(answers.filter(({ status }) => status === 200).length, MANY)
  t.strictSame(docspace.calls.map(({ endpoint }) => endpoint).sort(), ['quota', 'tariff'], 'one pair for all')

  await connect(crew, connectionWith(crew, 222))
  t.strictSame(await shown(crew), ['222'], 'a change is known to all when it is answered')
  t.equal((await manage('DELETE', 'v1/connections/sites/site')).status, 204)
  t.strictSame(await shown(crew), ['nothing'])
  await connect(crew, connectionWith(crew, 333))
  t.strictSame(await shown(crew), ['333'])
  // One worker hears of it, and tells all others.
  t.equal((await wix.tell(`${publicUrl}v1/app-events`, { eventType: 'AppRemoved', instanceId: 'site' })).status, 200)
  t.strictSame(await shown(crew), ['nothing'])
}

t.test('on PostgreSQL all workers make one fetch, and know of a change at once', async t => {
  const postgres = await startPostgres(t)
  const dir = t.testdir()
  const store = { url: await postgres.newDatabase() }
  const crew = await startCrew(t, `${dir}/quota-bridge.yaml`, { store })
  await oneFetchAndOneTruth(t, crew)
  crew.service.child.kill('SIGTERM')
  t.equal(await crew.service.ended, 0)
})

t.test('on SQLite workers are one service', async t => {
  const dir = t.testdir()
  const store = { url: `file:${dir}/data/quota-bridge.db` }
  const server = { drain: '1s' }
  const crew = await startCrew(t, `${dir}/quota-bridge.yaml`, { store, server })
  const { service, ask, askMany, manage, metrics, workers, lines, rewrite, docspace, untilListening } = crew
  const count = async (action: string) =>
    (await metrics()).value({ name: 'quota_bridge_calls_total', labels: { action, status: '200', code: 'ok' } })

  await t.test('there is one address, and as many processes as are configured', async t => {
    t.equal(lines('"listener":"public","url"').length, 1)
    t.equal(workers().length, 2)
    t.match(JSON.parse((await manage('GET', 'health/ready')).body), {
      status: 'ready',
      checks: { workers: { listening: 2, configured: 2 } }
    })
  })

  await t.test('all make one fetch, and know of a change at once', t => oneFetchAndOneTruth(t, crew))

  await t.test('metrics are those of all, each thing counted once', async t => {
    await connect(crew, connectionWith(crew, 444))
    await askMany(10, { action: 'send-email' })
    t.equal(await count('site-room'), MANY + 4 * 8)
    t.equal(await count('send-email'), 10)
    const told = await metrics()
    const upstream = ['quota', 'tariff'].map(operation =>
      told.value({
        name: 'quota_bridge_upstream_calls_total',
        labels: { provider: 'sites', operation, finding: 'ok' }
      })
    )
    t.equal((upstream[0] ?? 0) + (upstream[1] ?? 0), docspace.calls.length)
    const connections = { name: 'quota_bridge_connections', labels: { provider: 'sites', health: 'unchecked' } }
    t.equal(told.value(connections), 1)
    t.equal(told.samples.find(({ name }) => name === 'quota_bridge_build_info')?.value, 1)
    t.ok(told.samples.some(({ name }) => name === 'process_start_time_seconds'))
  })

  await t.test('an outage is told once, whoever found it out, and kept', async t => {
    docspace.fail('bad-key')
    const answers = await askMany(8)
    t.ok(answers.every(({ status }) => status === 502))
    await service.until(/a site's connection does not work/)
    t.equal(lines("a site's connection does not work").length, 1)
    t.equal(lines('"the provider could not tell"').length, 1)
    t.match((await manage('GET', 'v1/connections/sites/site')).body, /"health":"failing"/)
    docspace.fail(undefined)
  })

  await t.test('a worker that is killed is replaced, calls go on, and no counter falls', async t => {
    const before = await count('send-email')
    const [one = 0, other = 0] = workers()
    process.kill(one, 'SIGKILL')
    await service.until(/"worker":\d+,"signal":"SIGKILL","againMs":100,"msg":"a worker ended; another takes its place"/)
    t.equal((await ask({ action: 'send-email' })).status, 200)
    await untilListening(2)
    t.equal(await count('send-email'), (before ?? 0) + 1)
    t.ok(workers().includes(other))
    // A terminal tells every process; the first one says what becomes of the others.
    process.kill(other, 'SIGINT')
    process.kill(other, 'SIGTERM')
    process.kill(other, 'SIGHUP')
    t.ok((await askMany(8, { action: 'send-email' })).every(({ status }) => status === 200))
    t.ok(workers().includes(other))
  })

  await t.test('the configuration is read again for all, and what needs a restart says so', async t => {
    const plans = async () =>
      new Set((await askMany(8, { action: 'send-email' })).map(({ body }) => /"name":"(\w+)"/.exec(body)?.[1]))
    rewrite({ store, server, plan: 'Gold' })
    t.match((await manage('POST', 'v1/config/reload')).body, /"changed":\["providers.newsletter"\]/)
    t.strictSame(await plans(), new Set(['Gold']))
    rewrite({ store, server, plan: 'Silver' })
    service.child.kill('SIGHUP')
    await service.until(/"by":"SIGHUP","changed":\["providers.newsletter"\]/)
    t.strictSame(await plans(), new Set(['Silver']))
    rewrite({ store, plan: 'Bronze', server: { ...server, workers: 3 } })
    t.match((await manage('POST', 'v1/config/reload')).body, /RESTART_NEEDED.*server\.workers/)
    t.strictSame(await plans(), new Set(['Silver']))

    // One that stands still would go on with what was before.
    rewrite({ store, server, plan: 'Gold' })
    process.kill(workers()[0] ?? 0, 'SIGSTOP')
    t.equal((await manage('POST', 'v1/config/reload')).status, 200)
    await service.until(/a worker did not take the configuration; it is replaced/)
    await untilListening(1)
    await untilListening(2)
    t.strictSame(await plans(), new Set(['Gold']))
  })

  await t.test('the level of the log is that of all', async t => {
    t.equal((await manage('PUT', 'v1/log-level', { level: 'warn' })).status, 200)
    await sleep(200)
    const before = lines('"quota told"').length
    await askMany(8, { action: 'send-email' })
    await sleep(200)
    t.equal(lines('"quota told"').length, before)
  })

  await t.test('SIGTERM ends it with 0, and every call that has begun is answered', async t => {
    await connect(crew, connectionWith(crew, 555))
    docspace.delayMs = 500
    const before = docspace.calls.length
    const underWay = askMany(10)
    while (docspace.calls.length === before) await sleep(5)
    service.child.kill('SIGTERM')
    t.ok((await underWay).every(({ status, body }) => status === 200 && body.includes('"555"')))
    t.equal(await service.ended, 0)
  })
})
