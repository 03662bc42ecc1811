// Gentle with the upstream: how often, how many at once, and when not at all.
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import t from 'tap'
import { faultNames } from '../../src/devkit/docspace-faults.ts'
import { startFakeDocSpace } from '../../src/devkit/fake-docspace.ts'
import { docspace as adapter } from '../../src/providers/docspace/index.ts'
import { SILENT } from '../helpers/log-sink.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')
function heapAfterGc(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

const inASecond = () => performance.now() + 1000

t.test('a fault of ours, such as a key that cannot be sent, does not keep others from the portal', async t => {
  const fake = await startFakeDocSpace()
  t.teardown(() => fake.close())
  const settings = { allowedHosts: ['127.0.0.1'], allowPrivateHosts: true, upgradePath: '/' }
  const provider = adapter.create(settings, { name: 'docspace', now: Date.now, log: SILENT })
  const ask = (apiKey: string) =>
    provider.fetchReport(
      { url: fake.url, apiKey },
      { signal: AbortSignal.timeout(2000), planMayHaveChanged: false, deadlineAt: inASecond() }
    )
  for (let call = 0; call < 30; call++) {
    const outcome = await ask('sk-\u043a\u043b\u044e\u0447\n').catch((error: Error) => error.message)
    t.notMatch(outcome, /sk-/)
  }
  await t.rejects(ask('sk-\n'), { code: 'PROVIDER_REJECTED', finding: 'api-key-rejected', reason: 'cannot be sent' })
  t.equal(fake.calls.length, 0)
  t.match(await ask(fake.portal.keys.owner), { state: 'active' })
  await provider.close()
  await t.rejects(ask(fake.portal.keys.owner), {
    code: 'QUOTA_UNAVAILABLE',
    finding: 'call-not-made',
    reason: /UND_ERR_(CLOSED|DESTROYED)/
  })
})

t.test('10,000 faulty calls leave no sockets behind, and no memory', async t => {
  const fake = await startFakeDocSpace()
  t.teardown(() => fake.close())
  const settings = { allowedHosts: ['127.0.0.1'], allowPrivateHosts: true, upgradePath: '/' }
  const connection = { url: fake.url, apiKey: fake.portal.keys.owner }
  const quick = faultNames.filter(
    name => !['hang', 'slow-headers', 'byte-a-second', 'huge', 'half-body'].includes(name)
  )
  let provider = adapter.create(settings, { name: 'docspace', now: Date.now, log: SILENT })
  const round = async (calls: number) => {
    for (let call = 0; call < calls; call += 20) {
      fake.fail(quick[(call / 20) % quick.length])
      // A new breaker now and then, or most calls would not be made at all.
      if (call % 200 === 0) {
        await provider.close()
        provider = adapter.create(settings, { name: 'docspace', now: Date.now, log: SILENT })
      }
      const options = { signal: AbortSignal.timeout(2000), planMayHaveChanged: false, deadlineAt: 0 }
      await Promise.allSettled(Array.from({ length: 20 }, () => provider.fetchReport(connection, options)))
      fake.calls.length = 0
    }
  }
  await round(2000)
  const before = heapAfterGc()
  await round(10_000)
  await provider.close()
  // The signals of the last calls end by themselves.
  await sleep(2100)
  const grownMb = (heapAfterGc() - before) / 1e6
  t.ok(grownMb < 10, `the heap grew by ${grownMb.toFixed(1)} MB`)
  const sockets = process.getActiveResourcesInfo().filter(name => name === 'TCPSocketWrap').length
  t.ok(sockets < 60, `${sockets} sockets`)
})
