// Stopping under load: readiness says no, calls are taken until the drain is over, and every answer has our form.
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { openDatabase } from '../../src/store/database.ts'
import { MANAGEMENT_TOKEN, startBridge, TODAY } from '../helpers/bridge.ts'
import { startManagedBridge } from '../helpers/manage.ts'
import { startPostgres } from '../helpers/postgres.ts'

t.test('calls are answered until the drain is over, and told that the connection ends', async t => {
  const { service, wix, get, docspace } = await startBridge(t, {
    management: { token: MANAGEMENT_TOKEN },
    server: { drain: '800ms' },
    logLevel: 'warn'
  })
  docspace.delayMs = 50
  const body = await wix.sign(wix.payload({ actionKey: 'create-room' }))
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  const call = () =>
    new Promise<{ status: number; connection: string | undefined; text: string }>((resolve, reject) => {
      const outgoing = request(`${service.publicUrl}v1/quota-info`, { method: 'POST', agent }, answer => {
        let text = ''
        answer.setEncoding('utf8').on('data', piece => {
          text += piece
        })
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, connection: answer.headers.connection, text }))
      })
      outgoing.on('error', reject).end(body)
    })

  t.match(await call(), { status: 200, connection: 'keep-alive' })
  t.equal((await get('management', 'health/ready')).status, 200)
  const closing = service.close()
  const answers: Promise<{ status: number; connection: string | undefined }>[] = []
  const until = performance.now() + 700
  while (performance.now() < until) {
    answers.push(call())
    await sleep(5)
  }
  const notReady = await get('management', 'health/ready')
  t.equal(notReady.status, 503)
  t.strictSame(await notReady.json(), { status: 'not-ready', checks: { service: 'stopping' } })
  const told = await Promise.all(answers)
  t.ok(told.length > 20)
  t.ok(told.every(({ status, connection }) => status === 200 && connection === 'close'))
  await closing
  await t.rejects(call(), { code: 'ECONNREFUSED' })
})

t.test('a call under way when the service stops is answered', async t => {
  const { service, call, docspace } = await startBridge(t, { logLevel: 'warn' })
  docspace.delayMs = 500
  const underWay = call('create-room')
  while (docspace.calls.length === 0) await sleep(5)
  const closing = service.close()
  const answer = await underWay
  t.equal(answer.status, 200)
  t.equal(answer.headers.get('connection'), 'close')
  await closing
})

t.test('what is asked behind an answer is stored, and leaves the other replicas nothing to wait for', async t => {
  const postgres = await startPostgres(t)
  const bridge = await startManagedBridge(t, {
    store: { url: await postgres.newDatabase() },
    sites: { freshFor: '0s', patience: '20ms', keepFor: '1h' },
    now: () => TODAY.getTime() + Math.floor(performance.now()),
    logLevel: 'warn'
  })
  const { docspace, service, storeUrl } = bridge
  await bridge.connect('site', { url: docspace.url, apiKey: docspace.portal.keys.owner })
  t.equal((await bridge.ask('site')).status, 200)
  const database = openDatabase(storeUrl, () => {})
  t.teardown(() => database.close())
  const fetchedAt = async () => {
    const [row] = await database.queries.selectFrom('snapshots').select('fetched_at').execute()
    return Number(row?.fetched_at)
  }
  // It is stored when who asked has the answer already.
  let before = Number.NaN
  while (Number.isNaN(before)) before = await fetchedAt()
  docspace.delayMs = 400
  const calls = docspace.calls.length
  t.match((await bridge.ask('site')).headers.get('cache-status'), /detail=late/)
  for (let tries = 0; docspace.calls.length === calls && tries < 60; tries++) await sleep(5)
  t.ok(docspace.calls.length > calls, 'the portal is being asked')
  await service.close()
  t.ok((await fetchedAt()) > before)
  t.strictSame(await database.queries.selectFrom('leases').selectAll().execute(), [])
  t.notMatch(bridge.log.join(''), /internal error/)
})
