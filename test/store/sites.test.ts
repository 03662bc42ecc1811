// What was under way when a site was removed, replaced or checked.
import { randomBytes } from 'node:crypto'
import t, { type Test } from 'tap'
import { openDatabase } from '../../src/store/database.ts'
import { openStore } from '../../src/store/index.ts'
import { onEachEngine } from '../helpers/engines.ts'

const HORIZON = { fetchedAt: Number.MAX_SAFE_INTEGER, markUntil: Number.MAX_SAFE_INTEGER }
const ok = { health: 'ok' as const, finding: '', checkedAt: 5 }
const failing = { health: 'failing' as const, finding: 'timeout', checkedAt: 9 }
const key = { provider: 'p', instanceId: 'a' }
const MINUTE = 60_000

onEachEngine(({ name, newUrl }) => {
  async function start(t: Test) {
    const clock = { at: 100_500 }
    const url = await newUrl(t)
    const store = await openStore({ url, encryptionKeys: [randomBytes(32)], onLost: () => {}, now: () => clock.at })
    const database = openDatabase(url, () => {})
    t.teardown(() => Promise.all([store.close(), database.close()]))
    const countSaves = async () => (await database.queries.selectFrom('saves').selectAll().execute()).length
    return { ...store, clock, countSaves }
  }

  t.test(`${name}: a save is void when its site was removed since it began, and only then`, async t => {
    const { connections, audit, countSaves } = await start(t)
    const save = await connections.beginSave(key)
    const another = await connections.beginSave({ ...key, instanceId: 'b' })
    await connections.removeSite('a', 99_000, 'wix')
    t.equal(await countSaves(), 2, 'an older event')
    await connections.removeSite('a', 100_000, 'wix')
    t.equal(await connections.put(key, {}, ok, 'ops', save), undefined)
    t.equal(await connections.get(key), undefined)
    t.strictSame(await audit.list({ limit: 5 }), [])
    t.match(await connections.put({ ...key, instanceId: 'b' }, {}, ok, 'ops', another), { created: true })
    t.equal(await countSaves(), 0)
  })

  t.test(`${name}: a save that is dropped, or whose process died, leaves nothing`, async t => {
    const { connections, clock, countSaves } = await start(t)
    const save = await connections.beginSave(key)
    await connections.beginSave(key)
    await save.drop()
    t.equal(await countSaves(), 1)
    clock.at += 11 * MINUTE
    await (await connections.beginSave(key)).drop()
    t.equal(await countSaves(), 0)
  })

  t.test(`${name}: the finding of a check falls on the connection that was checked, or on none`, async t => {
    const { connections, audit } = await start(t)
    const first = await connections.put(key, { n: 1 }, ok, 'ops')
    if (!first) throw new Error('not saved')
    await connections.put(key, { n: 2 }, ok, 'ops')
    t.match(await connections.setHealth(first.stored, failing, 'ops'), { connection: { n: 2 }, health: 'ok' })
    const second = await connections.get(key)
    if (!second) throw new Error('not there')
    t.match(await connections.setHealth(second, failing, 'ops'), { connection: { n: 2 }, ...failing })
    t.match(await connections.get(key), failing)
    await connections.remove(key, 'ops')
    t.equal(await connections.setHealth(second, failing, 'ops'), undefined)
    t.strictSame(
      (await audit.list({ limit: 9 })).map(({ action }) => action.replace('connection.', '')),
      ['deleted', 'checked', 'replaced', 'created']
    )
  })

  t.test(`${name}: of a site that is gone nothing is noted any more`, async t => {
    const { connections, knowledge } = await start(t)
    const mark = { until: 200_000, signature: '', refreshedAt: 0 }
    t.equal(await knowledge.addMark(key, mark, 1, HORIZON), false)
    await knowledge.replaceMark(key, undefined, mark)
    t.strictSame(await knowledge.get(key), {})
    await connections.put(key, {}, ok, 'ops')
    t.equal(await knowledge.addMark(key, mark, 1, HORIZON), true)
    t.strictSame(await knowledge.get(key), { mark })
    await connections.removeSite('a', 100_000, 'wix')
    t.strictSame(await knowledge.get(key), {})
  })
})
