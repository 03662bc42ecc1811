// An export into a store that is not empty: of each site what happened last stays.
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import t from 'tap'
import { openDatabase } from '../../../src/store/database.ts'
import { REMOVALS_KEPT_MS } from '../../../src/store/removals.ts'
import { onEachEngine, type TestEngine } from '../../helpers/engines.ts'
import {
  connectionOf,
  contentOf,
  exportOf,
  importOf,
  inParts,
  keyOf,
  MOVE_KEY,
  ok,
  openAt,
  sealed,
  trialOf
} from '../../helpers/move.ts'

const HORIZON = { fetchedAt: Number.MAX_SAFE_INTEGER, markUntil: Number.MAX_SAFE_INTEGER }
const mark = (until: number) => ({ until, signature: '', refreshedAt: 0 })

/** Two stores of one engine, and their common clock. */
async function pair(t: Parameters<typeof openAt>[0] & { testdir(): string }, { newUrl, name }: TestEngine) {
  const clock = { time: 1000 }
  const now = () => clock.time
  const first = await newUrl(t)
  const second = name === 'SQLite' ? first.replace('q', 'second-q') : await newUrl(t)
  return {
    clock,
    urls: [first, second] as const,
    one: await openAt(t, first, now),
    other: await openAt(t, second, now)
  }
}

onEachEngine(engine => {
  const { name } = engine

  t.test(
    `${name}: of two connections of a site the one that was saved last stays, with what is known of it`,
    async t => {
      const { one, other, clock, urls } = await pair(t, engine)
      const put = (store: typeof one, site: string, version: number, at: number) => {
        clock.time = at
        return store.connections.put(keyOf(site), connectionOf(site, version), ok, 'ops')
      }
      for (const site of ['newer-in-file', 'newer-in-store', 'only-in-file']) await put(one, site, 1, 1000)
      await put(one, 'newer-in-file', 2, 3000)
      await put(other, 'newer-in-file', 3, 2000)
      await put(other, 'newer-in-store', 4, 2000)
      await put(other, 'only-in-store', 5, 500)
      for (const [store, until] of [
        [one, 10_000],
        [other, 20_000]
      ] as const) {
        for (const site of ['newer-in-file', 'newer-in-store'])
          await store.knowledge.addMark(keyOf(site), mark(until), 0, HORIZON)
        await store.knowledge.addMark(keyOf('', 'shared'), mark(until), 0, HORIZON)
      }
      await other.knowledge.putSnapshot(
        keyOf('newer-in-file'),
        { fingerprint: 'f', fetchedAt: 5, report: '{}' },
        HORIZON
      )
      const ownKey = await other.signingKey('upgrade-links')
      await one.signingKey('upgrade-links')
      await one.signingKey('of another kind')

      const result = await importOf(urls[1], await exportOf(urls[0]), { merge: true, now: () => 4000 })
      t.match(result, {
        counts: { connections: 2, signingKeys: 1 },
        replaced: 1,
        older: 1,
        deleted: 0,
        rows: 4,
        unreadable: 0
      })
      const versions = (await other.connections.list({ limit: 10 })).map(row => [row.instanceId, row.connection])
      t.strictSame(versions, [
        ['newer-in-file', connectionOf('newer-in-file', 2)],
        ['newer-in-store', connectionOf('newer-in-store', 4)],
        ['only-in-file', connectionOf('only-in-file', 1)],
        ['only-in-store', connectionOf('only-in-store', 5)]
      ])
      const known = async (site: string, provider?: string) => other.knowledge.get(keyOf(site, provider))
      t.strictSame(await known('newer-in-file'), { mark: mark(10_000) }, 'the report of the older connection is gone')
      t.strictSame(await known('newer-in-store'), { mark: mark(20_000) })
      t.strictSame(
        await known('', 'shared'),
        { mark: mark(20_000) },
        'of shared connections the mark that lives longer'
      )
      t.strictSame(await other.signingKey('upgrade-links'), ownKey, 'links that are on screens stay good')
      t.match(await other.connections.get(keyOf('newer-in-file')), { createdAt: 1000, updatedAt: 3000 })
    }
  )

  t.test(`${name}: two audits become one in the order of time, and merging again changes nothing`, async t => {
    const { one, other, clock, urls } = await pair(t, engine)
    const put = (store: typeof one, site: string, at: number) => {
      clock.time = at
      return store.connections.put(keyOf(site), connectionOf(site), ok, 'ops')
    }
    await put(one, 'a', 1000)
    await importOf(urls[1], await exportOf(urls[0]), { now: () => 1500 })
    await put(other, 'b', 2000)
    await put(one, 'c', 3000)
    // Twice in one millisecond: both happened.
    await put(one, 'c', 3000)
    await put(one, 'c', 3000)
    await put(other, 'd', 4000)
    const file = await exportOf(urls[0])
    const result = await importOf(urls[1], file, { merge: true, now: () => 5000 })
    t.equal(result.counts.audit, 3)
    const told = (await contentOf(other)).audit.map(({ at, action, instanceId }) => `${at} ${action} ${instanceId}`)
    t.strictSame(told, [
      '1000 connection.created a',
      '1500 store.imported ',
      '2000 connection.created b',
      '3000 connection.created c',
      '3000 connection.replaced c',
      '3000 connection.replaced c',
      '4000 connection.created d',
      '5000 store.imported '
    ])
    const before = await contentOf(other)
    const again = await importOf(urls[1], file, { merge: true, now: () => 6000 })
    t.match(again, { counts: { connections: 0, marks: 0, audit: 0, signingKeys: 0 }, older: 2 })
    t.strictSame(await contentOf(other), before)
    t.equal((await other.audit.list({ limit: 1 }))[0]?.at, 5000, 'and what changed nothing is no row')
  })

  t.test(`${name}: what was deleted, or whose site was removed, after it was saved does not come back`, async t => {
    const { one, clock, urls } = await pair(t, engine)
    const put = (site: string, at: number) => {
      clock.time = at
      return one.connections.put(keyOf(site), connectionOf(site), ok, 'ops')
    }
    for (const site of ['stays', 'deleted', 'removed', 'removed-and-back', 'deleted-then-removed'])
      await put(site, 1000)
    const file = await exportOf(urls[0])
    clock.time = 5000
    await one.connections.remove(keyOf('stays'), 'ops')
    await put('stays', 6000)
    await one.connections.remove(keyOf('deleted'), 'ops')
    await one.connections.remove(keyOf('deleted-then-removed'), 'ops')
    for (const site of ['removed', 'removed-and-back', 'deleted-then-removed'])
      await one.connections.removeSite(site, 8000, 'wix')
    await put('removed-and-back', 10_000)
    const before = await contentOf(one)
    const trial = await trialOf(urls[0], file, { merge: true })
    const result = await importOf(urls[0], file, { merge: true, now: () => 20_000 })
    for (const found of [trial, result]) t.match(found, { counts: { connections: 0 }, older: 2, deleted: 3 })
    const after = await contentOf(one)
    t.strictSame(after, before)
    const sites = JSON.stringify(after)
    t.notMatch(sites, /"removed"|deleted-then-removed/, 'nor do rows of the audit that name a removed site')
    t.match(sites, /stays/)
  })

  t.test(`${name}: a removal that came before the import counts, also in a store without anything else`, async t => {
    const { one, other, clock, urls } = await pair(t, engine)
    for (const site of ['a', 'b']) await one.connections.put(keyOf(site), connectionOf(site), ok, 'ops')
    const file = await exportOf(urls[0])
    clock.time = 10_000
    await other.connections.removeSite('a', 9000, 'wix')
    await other.connections.removeSite('a', 1000, 'wix')
    t.match(await importOf(urls[1], file), { counts: { connections: 1, audit: 1 }, deleted: 1 })
    t.strictSame(
      (await other.connections.list({ limit: 9 })).map(({ instanceId }) => instanceId),
      ['b']
    )
    t.notMatch(JSON.stringify(await contentOf(other)), /"a"/)
  })

  t.test(`${name}: removals move too, are forgotten after 400 days, and no older export is merged`, async t => {
    const { one, other, urls } = await pair(t, engine)
    await one.connections.put(keyOf('a'), connectionOf('a'), ok, 'ops')
    const [day, early] = [86_400_000, await exportOf(urls[0])]
    await one.connections.removeSite('a', 2000, 'wix')
    await importOf(urls[1], await exportOf(urls[0]))
    t.match(await importOf(urls[1], early, { merge: true }), { deleted: 1 }, 'the removal was in the later export')
    await other.connections.removeSite('b', 2000 + 400 * day, 'wix')
    t.match(await trialOf(urls[1], early, { merge: true }), { deleted: 1 })
    await other.connections.removeSite('b', 2001 + 400 * day, 'wix')
    t.match(await trialOf(urls[1], early, { merge: true }), { deleted: 0 })
    await t.rejects(importOf(urls[1], early, { merge: true, now: () => REMOVALS_KEPT_MS + 1 }), {
      code: 'EXPORT_TOO_OLD'
    })
    const database = openDatabase(urls[1], () => {})
    t.teardown(() => database.close())
    const { rows } = await sql<{ site: string }>`select site from removals`.execute(database.queries)
    t.match(rows, [{ site: /^[\w-]{43}$/ }], 'of a site a digest is kept alone')
  })

  t.test(`${name}: what was unreadable before is counted, and is not the import's fault`, async t => {
    const { one, urls } = await pair(t, engine)
    const stranger = await openAt(t, urls[0], () => 1000, [randomBytes(32)])
    await stranger.connections.put(keyOf('lost'), connectionOf('lost'), ok, 'ops')
    const empty = await exportOf(urls[1])
    t.match(await importOf(urls[0], empty, { merge: true }), { rows: 1, unreadable: 1 })
    await one.connections.put(keyOf('own'), connectionOf('own'), ok, 'ops')
    const database = openDatabase(urls[0], () => {})
    t.teardown(() => database.close())
    await sql`update connections set instance_id = 'another' where instance_id = 'own'`.execute(database.queries)
    await t.rejects(
      importOf(urls[0], empty, { merge: true }),
      { code: 'IMPORT_UNREADABLE' },
      'what is under the first key opens'
    )
  })
})

t.test('a file that is not what its counts say is refused, whoever wrote it', async t => {
  const head = { format: 'quota-bridge-export', version: 1, madeAt: 0, madeBy: 'test' }
  const none = { connections: 0, marks: 0, audit: 0, removals: 0, signingKeys: 0 }
  const removal = { kind: 'removal', site: 'x', removedAt: 1 }
  const url = `file:${t.testdir()}/q.db`
  const attempt = async (...lines: unknown[]) =>
    importOf(
      url,
      await sealed(inParts(lines.map(line => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''))),
      {
        keys: [MOVE_KEY]
      }
    )
  const good = { ...head, expected: none }
  t.match(await attempt(good, { kind: 'end', counts: none }), { rows: 0 })
  for (const [what, lines] of Object.entries({
    'no end': [good, removal],
    'another count': [good, removal, { kind: 'end', counts: none }],
    'more behind the end': [good, { kind: 'end', counts: none }, removal],
    'an unknown kind': [good, { kind: 'letter' }, { kind: 'end', counts: none }],
    'no JSON': [good, '{'],
    'a head without its counts': [head],
    'a NUL, which PostgreSQL does not hold': [good, { ...removal, site: 'a\0b' }]
  }))
    await t.rejects(attempt(...lines), { name: 'MoveRefusal', code: 'EXPORT_DAMAGED' }, what)
  await t.rejects(attempt({ ...good, version: 2 }, { anything: 1 }), { code: 'EXPORT_VERSION', message: /version: 2/ })
  await t.rejects(attempt({ format: 'something else' }), { code: 'EXPORT_FOREIGN' })
  await t.rejects(attempt(), { code: 'EXPORT_FOREIGN' })
  await t.rejects(importOf(url, await sealed(inParts(JSON.stringify(good)))), { code: 'EXPORT_DAMAGED' }, 'half a line')
})
