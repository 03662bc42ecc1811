// What a check of a connection finds, against a fake portal: health, when the key ends, what it is not told.
import t, { type Test } from 'tap'
import { type FakeDocSpace, startFakeDocSpace } from '../../../src/devkit/fake-docspace.ts'
import { docspace as adapter } from '../../../src/providers/docspace/index.ts'
import { SILENT } from '../../helpers/log-sink.ts'

async function start(t: Test) {
  const docspace = await startFakeDocSpace()
  const settings = { allowedHosts: ['127.0.0.1'], allowPrivateHosts: true, upgradePath: '/upgrade' }
  const provider = adapter.create(settings, { name: 'docspace', now: Date.now, log: SILENT })
  t.teardown(async () => {
    await provider.close()
    await docspace.close()
  })
  const check = (apiKey: string) => provider.check({ url: docspace.url, apiKey }, { signal: AbortSignal.timeout(5000) })
  return { docspace, check }
}

t.test("a key's end is told: a date, never where DocSpace names none, nothing where it cannot be read", async t => {
  const { docspace, check } = await start(t)
  const { portal } = docspace
  t.strictSame(await check(portal.keys.owner), { health: 'ok', expiresAt: 'never' })
  portal.keysEndAt = '2026-12-05T10:00:00.0000000+04:00'
  t.strictSame(await check(portal.keys.owner), { health: 'ok', expiresAt: new Date('2026-12-05T06:00:00Z') })
  portal.keysEndAt = 'soon'
  t.strictSame(await check(portal.keys.owner), { health: 'ok' })
})

t.test('a good key stays good, whatever the portal tells of it', async t => {
  const { docspace, check } = await start(t)
  Reflect.set(docspace.portal, 'keysEndAt', 7)
  t.strictSame(await check(docspace.portal.keys.owner), { health: 'ok' })
})

t.test('what a key is not told is named, by the role of its owner', async t => {
  const { docspace, check } = await start(t)
  const { keys, narrowKey } = docspace.portal
  t.match(await check(keys['room-admin']), { health: 'limited', finding: 'room-admin', hidden: ['free_backup'] })
  const user = await check(keys.user)
  t.match(user, { health: 'limited', finding: 'not-an-admin' })
  t.strictSame(hiddenOf(user, docspace), ['room', 'manager', 'users', 'aiagent', 'free_backup'])
  t.strictSame(await check(keys.guest), { health: 'failing', finding: 'role-too-low' })
  t.strictSame(await check(narrowKey), { health: 'failing', finding: 'scope-too-narrow' })
})

t.test('of an expired portal the end of its key is not told', async t => {
  const { docspace, check } = await start(t)
  docspace.load('business-expired')
  t.strictSame(await check(docspace.portal.keys.owner), { health: 'limited', finding: 'portal-not-paid' })
})

/** Those of the portal's own features; older versions lack some. */
function hiddenOf({ hidden = [] }: { hidden?: readonly string[] }, { portal }: FakeDocSpace): string[] {
  const listed = new Set(portal.scenario.quota.response.features?.map(({ id }) => String(id)))
  t.ok(hidden.every(id => listed.has(id)))
  return [...hidden]
}
