// POST /v1/quota-info answers 504: the provider did not answer in time.
import t from 'tap'
import { startBridge } from '../../helpers/bridge.ts'
import { checkFault } from '../../helpers/upstream.ts'

const late = { status: 504, code: 'PROVIDER_TIMEOUT', finding: 'timeout' }

t.test('an upstream that never answers is given up within 2.5 s, the default deadline', async t => {
  await checkFault(t, await startBridge(t), 'hang', late)
})

t.test('slow headers and a byte a second are as late as no answer', async t => {
  const bridge = await startBridge(t, { docspace: { deadline: '500ms' } })
  const started = performance.now()
  await checkFault(t, bridge, 'slow-headers', late)
  await checkFault(t, bridge, 'byte-a-second', late)
  t.ok(performance.now() - started < 1500, 'the configured deadline holds')
})
