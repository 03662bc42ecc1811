import { readFileSync } from 'node:fs'
import t from 'tap'
import { errorOf, startBridge } from '../helpers/bridge.ts'

const token = 'a-token-for-tests'

t.test('the API document needs the token, the liveness check does not', async t => {
  const { service } = await startBridge(t, { management: { token } })
  const get = (path: string, authorization?: string) =>
    fetch(`${service.managementUrl}${path}`, { headers: authorization ? { authorization } : {} })
  t.strictSame(await (await get('health/live')).json(), { status: 'ok' })
  for (const wrong of [undefined, token, 'Bearer', 'Bearer ', `Bearer ${token}x`, `Basic ${token}`]) {
    t.match(
      await errorOf(await get('openapi.yaml', wrong)),
      { status: 401, code: 'UNAUTHORIZED', wellFormed: true },
      String(wrong)
    )
  }
  const document = await get('openapi.yaml', `Bearer ${token}`)
  t.equal(document.headers.get('content-type'), 'application/yaml; charset=utf-8')
  t.equal(await document.text(), readFileSync('openapi.yaml', 'utf8'))
  t.match(await errorOf(await get('nothing')), { status: 404, code: 'NOT_FOUND' })
})

t.test('the management API is not reachable from the public listener, nor is it there unless configured', async t => {
  const { service } = await startBridge(t)
  t.equal(service.managementUrl, undefined)
  t.equal((await fetch(`${service.publicUrl}openapi.yaml`)).status, 404)
  t.strictSame(await (await fetch(`${service.publicUrl}health/live`)).json(), { status: 'ok' })
})
