// What an export brings into an empty store, on each engine and across.
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import t from 'tap'
import { openDatabase } from '../../../src/store/database.ts'
import { inspectStore } from '../../../src/store/inspection.ts'
import { readStore } from '../../../src/store/move/read.ts'
import { onEachEngine, type TestEngine } from '../../helpers/engines.ts'
import {
  connectionOf,
  contentOf,
  exportOf,
  importOf,
  keyOf,
  linesOf,
  MOVE_KEY,
  ok,
  openAt,
  PROVIDER,
  trialOf
} from '../../helpers/move.ts'

const HORIZON = { fetchedAt: Number.MAX_SAFE_INTEGER, markUntil: Number.MAX_SAFE_INTEGER }
const MARK = { until: 90_000, signature: 'plan-1 until May', refreshedAt: 7 }
const engines: TestEngine[] = []
onEachEngine(engine => engines.push(engine))

/** Three sites, one of them changed, one deleted, one removed, marks, a report and a key to sign with. */
async function fill(t: Parameters<typeof openAt>[0], url: string) {
  let time = 1000
  const store = await openAt(t, url, () => ++time)
  for (const site of ['b', 'a', 'c', 'deleted', 'removed'])
    await store.connections.put(keyOf(site), connectionOf(site), ok, 'ops')
  await store.connections.put(
    keyOf('a'),
    connectionOf('a', 2),
    { ...ok, health: 'limited', finding: 'room-admin' },
    'ops'
  )
  await store.connections.put(
    keyOf('b', 'others'),
    { url: 'https://b.onlyoffice.com', 'a name': 'ünï → 日本 "\n' },
    ok,
    'ops'
  )
  await store.connections.remove(keyOf('deleted'), 'ops')
  await store.connections.removeSite('removed', 1000, 'wix')
  await store.knowledge.addMark(keyOf('a'), MARK, 0, HORIZON)
  await store.knowledge.addMark({ provider: 'shared', instanceId: '' }, { ...MARK, signature: '' }, 0, HORIZON)
  await store.knowledge.putSnapshot(keyOf('a'), { fingerprint: 'f', fetchedAt: 5, report: '{}' }, HORIZON)
  await store.signingKey('upgrade-links')
  return store
}

for (const from of [0, 1]) {
  for (const to of [0, 1]) {
    const nameOf = (engine: number) => (engine === 0 ? 'SQLite' : 'PostgreSQL')
    t.test(`${nameOf(from)} to ${nameOf(to)}: everything that must survive does, under another key`, async t => {
      const dir = t.testdir()
      const newUrl = (engine: number, role: string) =>
        engine === 0 ? `file:${dir}/${role}/q.db` : engines[1]?.newUrl({ testdir: () => dir })
      const [source = '', target = ''] = [await newUrl(from, 'source'), await newUrl(to, 'target')]
      const store = await fill(t, source)
      const file = await exportOf(source)
      const key = randomBytes(32)
      const imported = await importOf(target, file, { keys: [key, MOVE_KEY], now: () => 5000 })
      t.match(imported, {
        counts: { connections: 4, marks: 2, audit: 8, removals: 1, signingKeys: 1 },
        replaced: 0,
        older: 0,
        deleted: 0,
        rows: 4,
        unreadable: 0
      })
      t.strictSame([...imported.providers].sort(), ['others', PROVIDER])
      const moved = await openAt(t, target, () => 9000, [key])
      const [before, after] = [await contentOf(store), await contentOf(moved)]
      t.strictSame(after.audit.pop(), {
        at: 5000,
        actor: 'command',
        action: 'store.imported',
        provider: '',
        instanceId: ''
      })
      t.strictSame(after, before)
      t.equal(after.connections.length, 4)
      t.strictSame(after.marks, [undefined, MARK, undefined, undefined])
      const { mark, snapshot } = await moved.knowledge.get({ provider: 'shared', instanceId: '' })
      t.strictSame([mark, snapshot], [{ ...MARK, signature: '' }, undefined])
      t.equal((await moved.knowledge.get(keyOf('a'))).snapshot, undefined, 'reports are fetched anew')
      t.strictSame(await moved.rotation.countSeals(), { rows: 5, foreign: 0 }, 'all under the new key')
    })
  }
}

onEachEngine(({ name, newUrl }) => {
  t.test(`${name}: an export sees one moment, however much is changed while it is read`, async t => {
    const url = await newUrl(t)
    const store = await openAt(t, url, () => 1000)
    for (let site = 0; site < 520; site++)
      await store.connections.put(keyOf(`site-${String(site).padStart(4, '0')}`), connectionOf('x'), ok, 'ops')
    const seen = await readStore({ url, encryptionKeys: [MOVE_KEY], force: false }, async ({ records }) => {
      const sites: string[] = []
      let audit = 0
      for await (const page of records) {
        if (sites.length === 0) {
          const started = performance.now()
          await store.connections.put(keyOf('site-0519'), connectionOf('x', 2), ok, 'ops')
          await store.connections.put(keyOf('site-9999'), connectionOf('x'), ok, 'ops')
          await store.connections.remove(keyOf('site-0518'), 'ops')
          t.ok(performance.now() - started < 1000, 'and keeps nobody waiting')
        }
        for (const record of page) {
          if (record.kind === 'connection') {
            sites.push(record.instanceId)
            if (record.instanceId === 'site-0519') t.strictSame(record.connection, connectionOf('x'))
          }
          if (record.kind === 'audit') audit++
        }
      }
      return { sites, audit }
    })
    t.equal(seen.sites.length, 520)
    t.equal(new Set(seen.sites).size, 520)
    t.notOk(seen.sites.includes('site-9999'))
    t.equal(seen.audit, 520)
  })

  t.test(`${name}: a trial says what would come of it, and changes nothing, not even tables`, async t => {
    const source = await newUrl(t)
    await fill(t, source)
    const file = await exportOf(source)
    const empty = name === 'SQLite' ? `file:${t.testdirName}/none/q.db` : await newUrl(t)
    const found = await trialOf(empty, file)
    t.match(found, {
      counts: { connections: 4, marks: 2, audit: 8, removals: 1, signingKeys: 1 },
      older: 0,
      deleted: 0
    })
    const untouched = await inspectStore({ url: empty, encryptionKeys: [MOVE_KEY] })
    t.strictSame((await untouched?.steps())?.done ?? [], [])
    await untouched?.close()
    const before = await linesOf(await exportOf(source))
    const merged = await trialOf(source, file, { merge: true })
    t.match(merged, { counts: { connections: 0, marks: 1, audit: 8, signingKeys: 0 }, older: 4 })
    t.strictSame(await linesOf(await exportOf(source)), before)
  })

  t.test(`${name}: what an earlier version sealed for another spelling of a site comes along`, async t => {
    const url = await newUrl(t)
    const store = await openAt(t, url, () => 1000)
    const site = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'
    await store.connections.put(keyOf(site.toUpperCase()), connectionOf('x'), ok, 'ops')
    const database = openDatabase(url, () => {})
    await sql`update connections set instance_id = ${site}, sealed_for = ${site.toUpperCase()}`.execute(
      database.queries
    )
    await database.close()
    const target = name === 'SQLite' ? `file:${t.testdirName}/target/q.db` : await newUrl(t)
    await importOf(target, await exportOf(url))
    const moved = await openAt(t, target, () => 1000)
    t.match(await moved.connections.get(keyOf(site)), { connection: connectionOf('x') })
  })
})

t.test('more rows than are read back at once are all read back', async t => {
  const dir = t.testdir()
  const [from, to] = [`file:${dir}/from/q.db`, `file:${dir}/to/q.db`]
  const store = await openAt(t, from, () => 1000)
  for (let site = 0; site < 501; site++)
    await store.connections.put(keyOf(`site-${site}`), connectionOf(String(site)), ok, 'ops')
  await openAt(t, to, () => 1000)
  t.match(await importOf(to, await exportOf(from)), { rows: 501, unreadable: 0 })
})
