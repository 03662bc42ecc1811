// While the process cannot keep up, calls are refused in our form, and liveness is not.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { errorOf, startBridge } from '../helpers/bridge.ts'

t.test('while the event loop is late calls get 503 with Retry-After; then they are answered again', async t => {
  const { call, get } = await startBridge(t, {
    logLevel: 'silent',
    store: { url: `file:${t.testdir()}/quota-bridge.db` },
    server: { publicUrl: 'https://quota.example.com' }
  })
  t.equal((await call('send-email')).status, 200)
  const until = performance.now() + 5000
  while (performance.now() < until);
  await sleep(1)
  const refused = await call('send-email')
  t.equal(refused.headers.get('retry-after'), '1')
  t.match(await errorOf(refused), { status: 503, code: 'OVERLOADED', wellFormed: true })
  const page = await get('public', 'v1/upgrade/x', { headers: { accept: 'text/html', 'accept-language': 'fr' } })
  t.equal(page.status, 503)
  t.match(await page.text(), /<html lang="fr".*Réessayez dans une minute/s, 'a person gets a page')
  t.equal((await get('public', 'health/live')).status, 200)
  let status = 503
  for (let tries = 0; tries < 100 && status !== 200; tries++) {
    await sleep(100)
    status = (await call('send-email')).status
  }
  t.equal(status, 200)
})
