// POST /v1/quota-info answers 502: the provider refuses our credentials, or answers nonsense.
import t from 'tap'
import type { Fault } from '../../../src/devkit/docspace-faults.ts'
import { errorOf, startBridge } from '../../helpers/bridge.ts'
import { checkFault } from '../../helpers/upstream.ts'

const FAULTS: Partial<Record<Fault, string>> = {
  'bad-key': 'api-key-rejected',
  'narrow-scope': 'scope-too-narrow',
  'portal-busy': 'access-refused',
  'portal-removed': 'portal-not-found',
  'unknown-portal': 'portal-not-found',
  'status-418': 'answer-invalid',
  redirect: 'redirected',
  html: 'answer-invalid',
  'wrong-content-type': 'answer-invalid',
  'not-json': 'answer-invalid',
  'half-json': 'answer-invalid',
  'wrong-schema': 'answer-invalid',
  'no-response': 'answer-invalid',
  'error-in-200': 'answer-invalid',
  'not-http': 'answer-invalid',
  huge: 'answer-too-large'
}

t.test('every refusal and every nonsense is told by its finding, and nothing of it gets out', async t => {
  for (const [fault, finding] of Object.entries(FAULTS)) {
    await checkFault(t, await startBridge(t), fault as Fault, { status: 502, code: 'PROVIDER_REJECTED', finding })
  }
})

t.test("a guest's key and a key of too narrow a scope are told apart", async t => {
  const guest = await startBridge(t, { apiKey: ({ portal }) => portal.keys.guest })
  t.match(await errorOf(await guest.call('everything')), { status: 502, data: { finding: 'role-too-low' } })
  const narrow = await startBridge(t, { apiKey: ({ portal }) => portal.narrowKey })
  t.match(await errorOf(await narrow.call('everything')), { status: 502, data: { finding: 'scope-too-narrow' } })
})

t.test('a redirect is not followed, and the key goes nowhere else', async t => {
  const { call, docspace } = await startBridge(t)
  docspace.fail('redirect')
  await call('everything')
  t.equal(docspace.calls.length, 2)
})
