// POST /v1/app-events answers 200: handled, or nothing to handle.
import t from 'tap'
import { appEvent } from '../../helpers/app-event.ts'
import { bodyOf, sharedWix, startBridge } from '../../helpers/bridge.ts'
import { startManagedBridge } from '../../helpers/manage.ts'

t.test(
  'when the app is removed, everything about that site is forgotten, and telling it again does no harm',
  async t => {
    const { connect, get, ask, manage, docspace } = await startManagedBridge(t)
    const connection = { url: docspace.url, apiKey: docspace.portal.keys.owner }
    await connect('gone', connection)
    await connect('stays', connection)
    t.equal((await bodyOf(await ask('gone'))).actionQuotaInfo.enforced, true)
    const event = await appEvent({ eventType: 'AppRemoved', instanceId: 'gone', data: '{}' })
    for (const _ of ['once', 'again']) {
      const answer = await get('public', 'v1/app-events', { method: 'POST', body: event })
      t.equal(answer.status, 200)
      t.strictSame(await answer.json(), { status: 'ok' })
    }
    t.equal((await bodyOf(await ask('gone'))).actionQuotaInfo.enforced, false)
    t.equal((await bodyOf(await ask('stays'))).actionQuotaInfo.enforced, true)
    const audit = await (await manage('GET', 'v1/audit')).text()
    t.notMatch(audit, 'gone')
    t.match(JSON.parse(audit).entries[0], { actor: 'wix', action: 'site.removed', provider: '', instanceId: '' })
  }
)

t.test('unknown events are answered and ignored, and so is a removal when nothing is kept', async t => {
  const { connect, get, ask, docspace } = await startManagedBridge(t)
  await connect('site', { url: docspace.url, apiKey: docspace.portal.keys.owner })
  for (const eventType of ['AppInstalled', 'appremoved', 'PaidPlanPurchased']) {
    t.equal(
      (
        await get('public', 'v1/app-events', {
          method: 'POST',
          body: await appEvent({ eventType, instanceId: 'site' })
        })
      ).status,
      200,
      eventType
    )
  }
  t.equal((await bodyOf(await ask('site'))).actionQuotaInfo.enforced, true)
  const storeless = await startBridge(t)
  t.equal(
    (
      await storeless.get('public', 'v1/app-events', {
        method: 'POST',
        body: await appEvent({ eventType: 'AppRemoved', instanceId: 'x' })
      })
    ).status,
    200
  )
})

t.test('an event that names issuer and audience rightly is as good as one that names neither', async t => {
  const { get } = await startBridge(t)
  const event = { eventType: 'AppInstalled', instanceId: 'x' }
  for (const claims of [{}, { iss: 'wix.com' }, { aud: sharedWix.appId }, { iss: 'wix.com', aud: [sharedWix.appId] }]) {
    t.equal((await get('public', 'v1/app-events', { method: 'POST', body: await appEvent(event, claims) })).status, 200)
  }
})
