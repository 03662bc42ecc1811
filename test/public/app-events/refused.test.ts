// POST /v1/app-events refuses what is not signed by Wix, and what is no event.
import t from 'tap'
import { appEvent } from '../../helpers/app-event.ts'
import { errorOf, sharedWix, startBridge } from '../../helpers/bridge.ts'
import { startManagedBridge } from '../../helpers/manage.ts'

const removed = { eventType: 'AppRemoved', instanceId: 'site' }

t.test('401: not signed by Wix, or not for us, or not now', async t => {
  const { get } = await startBridge(t, { wix: { allowUnsigned: true } })
  const post = async (body: string) => errorOf(await get('public', 'v1/app-events', { method: 'POST', body }))
  t.match(await post(''), { status: 401, code: 'INVALID_SIGNATURE', wellFormed: true })
  t.match(
    await post(JSON.stringify(removed)),
    { status: 401, code: 'INVALID_SIGNATURE' },
    'allowUnsigned is for quota calls alone'
  )
  t.match(await post(`${await appEvent(removed)}x`), { status: 401, code: 'INVALID_SIGNATURE' })
  for (const claims of [
    { iss: 'example.com' },
    { aud: 'another-app' },
    { exp: 5 },
    { exp: undefined },
    { iat: 9e9 },
    { iat: undefined }
  ]) {
    t.match(
      await post(await appEvent(removed, claims)),
      { status: 401, code: 'INVALID_CLAIMS', wellFormed: true },
      JSON.stringify(claims)
    )
  }
})

t.test('400: signed, but no event, or a removal from nowhere', async t => {
  const { get } = await startManagedBridge(t)
  const post = async (body: Promise<string>) =>
    errorOf(await get('public', 'v1/app-events', { method: 'POST', body: await body }))
  const invalid = { status: 400, code: 'INVALID_REQUEST', wellFormed: true }
  for (const event of [null, [], 'text', {}, { eventType: 5 }, { eventType: '' }])
    t.match(await post(appEvent(event)), invalid, JSON.stringify(event))
  t.match(await post(appEvent({ eventType: 'AppRemoved' })), { ...invalid, data: { field: 'data.instanceId' } })
  t.match(await post(appEvent({ eventType: 'AppRemoved', instanceId: { $ne: 1 } })), invalid)
  t.match(await post(sharedWix.sign({ ...sharedWix.payload({ actionKey: 'a' }), data: '{half' })), invalid)
})

t.test('413: more than 64 KiB', async t => {
  const { get } = await startBridge(t)
  t.match(await errorOf(await get('public', 'v1/app-events', { method: 'POST', body: 'a'.repeat(70_000) })), {
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    wellFormed: true
  })
})
