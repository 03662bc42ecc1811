// Leases on a real PostgreSQL: one holder at a time, by the database's clock, and gone by themselves.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { openStore, type Store } from '../../src/store/index.ts'
import { localLeases } from '../../src/store/leases.ts'
import { startPostgres } from '../helpers/postgres.ts'

const key = { provider: 'sites', instanceId: 'one' }

t.test('PostgreSQL', async t => {
  const postgres = await startPostgres(t)
  const url = await postgres.newDatabase()
  const open = async (): Promise<Store> => {
    // A replica whose clock is an hour behind.
    const now = () => Date.now() - 3_600_000
    const store = await openStore({ url, encryptionKeys: [Buffer.alloc(32)], onLost: () => {}, now })
    t.teardown(() => store.close())
    return store
  }
  const [here, there] = [await open(), await open()]

  t.test('of many who ask at once one gets it; another connection is another matter', async t => {
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, number) => (number % 2 ? here : there).leases.take(key, 60_000))
    )
    const held = taken.filter(lease => lease !== 'busy')
    t.equal(held.length, 1)
    t.not(await there.leases.take({ ...key, instanceId: 'two' }, 60_000), 'busy')
    await held[0]?.release()
    const next = await there.leases.take(key, 60_000)
    t.not(next, 'busy')
    if (next !== 'busy') await next?.release()
  })

  t.test('it ends by itself, and who held it cannot take it from the next', async t => {
    const first = await here.leases.take(key, 150)
    t.equal(await there.leases.take(key, 60_000), 'busy')
    await sleep(200)
    t.not(await there.leases.take(key, 60_000), 'busy')
    if (first !== 'busy') await first?.release()
    t.equal(await here.leases.take(key, 60_000), 'busy', 'the second holds it still')
  })
})

t.test('within one process nobody else asks', async t => {
  t.equal(await localLeases.take(key, 1000), undefined)
})
