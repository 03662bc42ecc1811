// Without `forward`, whoever looks after the service learns that the action's other methods are answered by nobody.
import t from 'tap'
import { startBridge } from '../../helpers/bridge.ts'

t.test(
  'a call below the base path is told what to set, and so is the log; others are told where quota calls go',
  async t => {
    const { service, log } = await startBridge(t, { server: { basePath: '/quota' } })
    const { origin } = new URL(service.publicUrl)
    const post = async (path: string) =>
      (await fetch(origin + path, { method: 'POST', body: 'x'.repeat(100_000) })).json()
    t.match(await post('/quota//v1/invoke?secret=1'), {
      message: /^Nobody answers this path/,
      applicationError: { code: 'NOT_FOUND', description: /^Set forward: \{ to: … \} in the configuration/ }
    })
    for (const path of ['/v1/invoke', '/health/x', '/v1/upgrade/x', '/quota/v1/quota-info/x', '/quota/%2e%2e%2fx'])
      t.match(await post(path), { applicationError: { code: 'NOT_FOUND', description: /^Quota calls go to/ } }, path)
    const warnings = log.map(line => JSON.parse(line)).filter(({ level }) => level === 'warn')
    t.match(warnings[0], { code: 'NOT_FOUND', path: '/quota//v1/invoke', calls: 1, remedy: /^Set forward:/ })
    t.equal(warnings.length, 6)
  }
)
