// How the connections are, counted on both engines.
import { randomBytes } from 'node:crypto'
import t from 'tap'
import type { HealthReport } from '../../src/store/connections.ts'
import { openStore } from '../../src/store/index.ts'
import { onEachEngine } from '../helpers/engines.ts'

const ok = (expiresAt?: number): HealthReport => ({
  health: 'ok',
  finding: '',
  checkedAt: 1,
  ...(expiresAt !== undefined && { expiresAt })
})

onEachEngine(({ name, newUrl }) => {
  t.test(`connections are counted by health, and the first end of each kind is told (${name})`, async t => {
    const options = { url: await newUrl(t), onLost: () => {}, now: () => 1000 }
    const store = await openStore({ ...options, encryptionKeys: [randomBytes(32)] })
    t.teardown(() => store.close())
    const put = (provider: string, instanceId: string, health: HealthReport) =>
      store.connections.put({ provider, instanceId }, { apiKey: 'k' }, health, 'me')
    t.strictSame(await store.standing(), [])
    await put('a', '1', ok(2 ** 40))
    await put('a', '2', ok(2 ** 41))
    await put('a', '3', ok())
    await put('a', '4', { health: 'failing', finding: 'timeout', checkedAt: 1 })
    await put('b', '1', ok())
    const counted = (await store.standing()).sort((one, other) =>
      `${one.provider} ${one.health}`.localeCompare(`${other.provider} ${other.health}`)
    )
    t.strictSame(counted, [
      { provider: 'a', health: 'failing', count: 1 },
      { provider: 'a', health: 'ok', count: 3, firstEndsAt: 2 ** 40 },
      { provider: 'b', health: 'ok', count: 1 }
    ])

    const [first] = await store.connections.list({ provider: 'a', limit: 1 })
    if (!first) throw new Error('it is there')
    await store.connections.setHealth(first, ok(2 ** 42), 'me')
    t.match(
      (await store.standing()).find(({ provider, health }) => provider === 'a' && health === 'ok'),
      { firstEndsAt: 2 ** 41 },
      'a later check tells anew'
    )

    const others = await openStore({ ...options, encryptionKeys: [randomBytes(32)] })
    t.teardown(() => others.close())
    const healths = (await others.standing()).map(({ health }) => health)
    t.strictSame([...new Set(healths)], ['failing'], 'what no key opens is failing')
  })
})
