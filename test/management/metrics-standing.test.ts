// How the connections are, as the metrics tell it: while the database does not answer, what is known without it.
import t from 'tap'
import { createStanding } from '../../src/management/metrics-standing.ts'
import type { CheckedHealth } from '../../src/providers/connection-check.ts'
import { StoreError } from '../../src/store/store-error.ts'

const checked = (found: Partial<CheckedHealth>): CheckedHealth => ({
  health: 'ok',
  finding: '',
  hidden: [],
  checkedAt: 1,
  ...found
})
const shared = {
  health: () =>
    new Map([
      ['portal', checked({ expiresAt: 5000 })],
      ['other', checked({ health: 'limited' })]
    ])
}
const site = (health: 'ok' | 'failing', firstEndsAt: number) => ({ provider: 'sites', health, count: 3, firstEndsAt })

t.test('both kinds of connections are counted, and of each provider the first end is told', async t => {
  const store = { standing: async () => [site('ok', 9000), site('ok', 8000), { ...site('ok', 1), provider: 'portal' }] }
  const { connections, credentialsEndAt } = await createStanding({ shared, store })()
  t.match(
    connections.map(({ provider, health, count }) => [provider, health, count]),
    [
      ['portal', 'ok', 1],
      ['other', 'limited', 1],
      ['sites', 'ok', 3],
      ['sites', 'ok', 3],
      ['portal', 'ok', 3]
    ]
  )
  t.strictSame(
    [...credentialsEndAt],
    [
      ['portal', 1],
      ['sites', 8000]
    ]
  )
})

t.test('credentials of connections that fail already do not hide those that end next', async t => {
  const store = { standing: async () => [site('failing', 1), site('ok', 8000)] }
  const { credentialsEndAt } = await createStanding({ shared, store })()
  t.equal(credentialsEndAt.get('sites'), 8000)
})

t.test('the database is asked twice a minute at most, and again at once when it did not answer', async t => {
  let asked = 0
  const store = {
    async standing() {
      asked++
      if (asked === 1) throw new StoreError('unavailable', 'gone')
      return [site('ok', 8000)]
    }
  }
  const standing = createStanding({ shared, store })
  t.equal((await standing()).connections.length, 2, 'it is gone: what it knows is left out')
  t.equal((await standing()).connections.length, 3)
  t.equal((await standing()).connections.length, 3)
  t.equal(asked, 2)
  const { now } = performance
  t.teardown(() => {
    performance.now = now
  })
  performance.now = () => now.call(performance) + 30_000
  await standing()
  t.equal(asked, 3)
})

t.test('without a store there are those of the configuration alone', async t => {
  t.equal((await createStanding({ shared })()).connections.length, 2)
})
