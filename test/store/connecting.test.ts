// What the store holds together while sites are connected by their owners: tokens of one use, and which site is a copy of which.
import { randomBytes } from 'node:crypto'
import t, { type Test } from 'tap'
import type { StoredConnection } from '../../src/store/connections.ts'
import { openDatabase } from '../../src/store/database.ts'
import { openStore } from '../../src/store/index.ts'
import { onEachEngine } from '../helpers/engines.ts'

const ok = { health: 'ok' as const, finding: '', checkedAt: 5 }
const key = { provider: 'p', instanceId: 'a' }

onEachEngine(({ name, newUrl }) => {
  async function start(t: Test) {
    const clock = { at: 100_500 }
    const options = { encryptionKeys: [randomBytes(32)], onLost: () => {}, now: () => clock.at }
    const url = await newUrl(t)
    const [store, other] = [await openStore({ url, ...options }), await openStore({ url, ...options })]
    const database = openDatabase(url, () => {})
    t.teardown(() => Promise.all([store.close(), other.close(), database.close()]))
    const count = async (table: 'one_uses' | 'origins') =>
      (await database.queries.selectFrom(table).selectAll().execute()).length
    return { ...store, other, clock, count }
  }

  t.test(
    `${name}: what may be used once is used once, whichever replica is asked, and forgotten when it has ended`,
    async t => {
      const { oneUses, other, clock, count } = await start(t)
      const token = { id: 'x', endsAt: clock.at + 1000 }
      t.equal(await oneUses.isUsed('x'), false)
      const uses = await Promise.all([oneUses.use(token), other.oneUses.use(token), oneUses.use(token)])
      t.strictSame(uses.filter(first => first).length, 1)
      t.equal(await other.oneUses.isUsed('x'), true)
      clock.at += 2 * 3_600_000
      t.equal(await oneUses.use({ id: 'y', endsAt: clock.at }), true)
      t.equal(await count('one_uses'), 1)
    }
  )

  t.test(`${name}: of two saves by one permit at once, one is made; one that is refused uses nothing up`, async t => {
    const { connections, other, oneUses } = await start(t)
    // One service alone has a SQLite file.
    const replica = name === 'SQLite' ? connections : other.connections
    const seen: (StoredConnection | undefined)[] = []
    const permit = {
      givenAt: 100_000,
      once: { id: 'x', endsAt: 200_000 },
      demand(before: StoredConnection | undefined, isUsed: boolean) {
        seen.push(before)
        if (isUsed) throw new Error('used')
        if (before) throw new Error('connected')
      }
    }
    const results = await Promise.allSettled(
      [connections, replica].map(({ put }, n) => put(key, { n }, ok, 'owner', undefined, permit))
    )
    t.strictSame(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    t.match(seen, [undefined, { provider: 'p' }])
    const next = { ...permit, once: { id: 'y', endsAt: 200_000 } }
    await t.rejects(connections.put(key, { n: 3 }, ok, 'owner', undefined, next), /connected/)
    t.equal(await oneUses.isUsed('y'), false)
    t.notMatch((await connections.get(key))?.connection, { n: 3 })
  })

  t.test(`${name}: a permit that was given before the site was removed saves nothing`, async t => {
    const { connections, oneUses } = await start(t)
    await connections.removeSite('a', 100_000, 'wix')
    const permit = (givenAt: number) => ({ givenAt, once: { id: `${givenAt}`, endsAt: 200_000 }, demand: () => {} })
    t.equal(await connections.put(key, {}, ok, 'owner', undefined, permit(100_999)), undefined)
    t.equal(await oneUses.isUsed('100999'), false)
    t.match(await connections.put(key, {}, ok, 'owner', undefined, permit(101_000)), { created: true })
  })

  t.test(
    `${name}: where a site was copied from is kept as first told, and forgotten with either of the two`,
    async t => {
      const { origins, connections, count } = await start(t)
      await origins.note('copy', 'first', 100_000)
      await origins.note('copy', 'second', 100_000)
      t.equal(await origins.get('copy'), 'first')
      t.equal(await origins.get('first'), undefined)
      await origins.note('another', 'first', 100_000)
      await connections.removeSite('copy', 100_000, 'wix')
      t.equal(await origins.get('copy'), undefined)
      await connections.removeSite('first', 100_000, 'wix')
      t.equal(await count('origins'), 0)
      await origins.note('copy', 'third', 100_500)
      await origins.note('more', 'first', 100_500)
      t.equal(await count('origins'), 0, 'a word that comes late brings nothing back')
      await origins.note('copy', 'third', 101_500)
      t.equal(await origins.get('copy'), 'third')
    }
  )
})
