// 404: an action that the configuration does not have, or a path that is not there.
import t from 'tap'
import { errorOf, startBridge } from '../../helpers/bridge.ts'

t.test('an unknown action is ACTION_NOT_FOUND, whatever its name means elsewhere', async t => {
  const { call } = await startBridge(t)
  for (const actionKey of [
    'delete-room',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'create-room ',
    'CREATE-ROOM',
    '../create-room',
    '\u0007'
  ]) {
    const error = await errorOf(await call(actionKey))
    t.match(error, { status: 404, code: 'ACTION_NOT_FOUND', data: { actionKey }, wellFormed: true }, actionKey)
  }
})

t.test('another path, or another method on ours, is NOT_FOUND', async t => {
  const { service } = await startBridge(t, { server: { basePath: '/quota/' } })
  const origin = new URL(service.publicUrl).origin
  const requests = [
    ['GET', '/quota/v1/quota-info'],
    ['PUT', '/quota/v1/quota-info'],
    ['OPTIONS', '/quota/v1/quota-info'],
    ['POST', '/v1/quota-info'],
    ['POST', '/quota/v1/invoke'],
    ['POST', '/quota/V1/Quota-Info'],
    ['POST', '/quota/v1/quota-info/more'],
    ['GET', '/'],
    ['GET', '/%'],
    ['GET', '/openapi.yaml'],
    ['QUERY', '/quota/v1/quota-info']
  ] as const
  for (const [method, path] of requests) {
    const error = await errorOf(await fetch(origin + path, { method }))
    t.match(error, { status: 404, code: 'NOT_FOUND', wellFormed: true }, `${method} ${path}`)
  }
})
