// Who watches an adapter's calls hears how each ended, and changes nothing about it.
import t from 'tap'
import type { ProviderEvent } from '../../src/observe/provider.ts'
import { GIVEN_UP } from '../../src/providers/resilience.ts'
import { watched } from '../../src/providers/watched.ts'
import { ProviderError } from '../../src/quota/provider.ts'

async function endingOf(work: () => Promise<unknown>) {
  const events: ProviderEvent[] = []
  await watched(event => events.push(event), { operation: 'usage', method: 'POST' }, work).catch(() => {})
  return events
}

const failing = (error: Error) => () => Promise.reject(error)

t.test('what came of a call is told, with how long it took', async t => {
  const [event, ...more] = await endingOf(async () => 'numbers')
  t.strictSame(more, [])
  t.match(event, { kind: 'upstream-called', operation: 'usage', method: 'POST', ms: Number })
  t.notOk(event && 'finding' in event)
})

t.test(
  "a failure is told by its finding; one that we wanted is not the upstream's, nor is a fault of ours",
  async t => {
    const down = new ProviderError('QUOTA_UNAVAILABLE', 'unreachable', { reason: 'ECONNRESET' })
    t.match(await endingOf(failing(down)), [{ finding: 'unreachable', reason: 'ECONNRESET' }])
    const givenUp = new ProviderError('QUOTA_UNAVAILABLE', 'unreachable', { reason: GIVEN_UP })
    t.match(await endingOf(failing(givenUp)), [{ finding: 'given-up' }])
    t.match(await endingOf(failing(new TypeError('a secret'))), [{ finding: 'internal-error' }])
  }
)

t.test('the result and the error are those of the call, watched or not', async t => {
  const error = new TypeError('ours')
  for (const watch of [undefined, () => {}]) {
    t.equal(await watched(watch, { operation: 'usage' }, async () => 'numbers'), 'numbers')
    await t.rejects(watched(watch, { operation: 'usage' }, failing(error)), error)
  }
})
