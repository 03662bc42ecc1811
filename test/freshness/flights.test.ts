// A fetch that is under way answers those who ask with the same connection, and nobody else.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { QuotaProvider } from '../../src/quota/provider.ts'
import { createSnapshots } from '../../src/quota/snapshots.ts'

t.test(
  "a call with another connection does not get the first one's numbers, though nobody told of the change",
  async t => {
    const asked: unknown[] = []
    const provider: QuotaProvider = {
      async fetchReport(connection) {
        asked.push(connection)
        await sleep(50)
        return { vocabulary: 'static', account: String(connection), groups: [] }
      },
      check: async () => ({ health: 'ok' }),
      upgradeUrl: () => undefined,
      close: async () => {}
    }
    const snapshots = createSnapshots({ now: Date.now, onStoreError: error => t.fail(error.message) })
    const freshness = { freshForMs: 60_000, patienceMs: 1000, deadlineMs: 2000, keepForMs: 60_000 }
    const show = (connection: string) =>
      snapshots.show({ key: { provider: 'p', instanceId: 'site' }, provider, connection, freshness })
    const [first, same, other] = await Promise.all([show('old'), show('old'), show('new')])
    t.strictSame(
      [first, same, other].map(({ report }) => report.account),
      ['old', 'old', 'new']
    )
    t.strictSame(asked, ['old', 'new'])
  }
)
