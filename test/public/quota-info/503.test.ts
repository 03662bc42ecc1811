// POST /v1/quota-info answers 503: the provider is down, or is limiting us.
import t from 'tap'
import { errorOf, startBridge } from '../../helpers/bridge.ts'
import { checkFault } from '../../helpers/upstream.ts'

t.test('an upstream that is down or limiting is QUOTA_UNAVAILABLE, and says when to come back', async t => {
  const bridge = await startBridge(t)
  const unavailable = { status: 503, code: 'QUOTA_UNAVAILABLE' }
  await checkFault(t, bridge, 'status-500', { ...unavailable, finding: 'upstream-error', retryAfter: '30' })
  await checkFault(t, bridge, 'status-502', { ...unavailable, finding: 'upstream-error', retryAfter: '30' })
  await checkFault(t, bridge, 'status-503', { ...unavailable, finding: 'upstream-error', retryAfter: '30' })
  await checkFault(t, bridge, 'status-503-retry-after', { ...unavailable, finding: 'upstream-error', retryAfter: '9' })
  await checkFault(t, await startBridge(t), 'status-429', { ...unavailable, finding: 'rate-limited', retryAfter: '60' })
  await checkFault(t, await startBridge(t), 'status-429-retry-after', {
    ...unavailable,
    finding: 'rate-limited',
    retryAfter: '7'
  })
  await checkFault(t, await startBridge(t), 'status-429-retry-after-date', {
    ...unavailable,
    finding: 'rate-limited',
    retryAfter: /^(89|90)$/
  })
  await checkFault(t, bridge, 'reset', { ...unavailable, finding: 'unreachable', retryAfter: '30' })
  await checkFault(t, bridge, 'close', { ...unavailable, finding: 'unreachable', retryAfter: '30' })
  await checkFault(t, bridge, 'half-body', { ...unavailable, finding: 'unreachable', retryAfter: '30' })
})

t.test('a refused connection, a name that leads nowhere and a broken TLS are unreachable', async t => {
  const { docspace } = await startBridge(t)
  const closed = await startBridge(t)
  await closed.docspace.close()
  t.match(await errorOf(await closed.call('everything')), { status: 503, data: { finding: 'unreachable' } }, 'refused')
  const nowhere = await startBridge(t, {
    url: 'https://portal.invalid',
    docspace: { allowedHosts: ['portal.invalid'], allowPrivateHosts: false }
  })
  t.match(
    await errorOf(await nowhere.call('everything')),
    { status: 503, data: { finding: 'unreachable' } },
    'no such name'
  )
  const tls = await startBridge(t, { url: docspace.url.replace('http:', 'https:') })
  t.match(await errorOf(await tls.call('everything')), { status: 503, data: { finding: 'unreachable' } }, 'TLS')
})
