// What quota calls find out about a site's connection is known from then on.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startManagedBridge } from '../helpers/manage.ts'

t.test(
  'a key that is refused is known to be failing at once, and noted once; when it works again that is known too',
  async t => {
    const { connect, ask, docspace, manage, log } = await startManagedBridge(t)
    await connect('site-1', { url: docspace.url, apiKey: docspace.portal.keys.owner })
    const connection = async () => JSON.parse(await (await manage('GET', 'v1/connections/sites/site-1')).text())
    const until = async (health: string) => {
      while ((await connection()).health !== health) await sleep(10)
    }
    const checks = async () => {
      const { entries } = JSON.parse(await (await manage('GET', 'v1/audit')).text())
      return entries.flatMap(({ action, actor }: Record<string, string>) =>
        action === 'connection.checked' ? [actor] : []
      )
    }
    docspace.fail('bad-key')
    t.equal((await ask('site-1')).status, 502)
    await until('failing')
    t.match(await connection(), { finding: 'api-key-rejected', checkedAt: '2026-11-22T12:00:00.000Z' })
    t.equal((await ask('site-1')).status, 502)
    t.strictSame(await checks(), ['service'])
    const lines = () => log.map(line => JSON.parse(line))
    t.match(
      lines().find(({ msg }) => msg === "a site's connection does not work"),
      { level: 'warn', provider: 'sites', site: 'site-1', finding: 'api-key-rejected', remedy: /./ }
    )
    docspace.fail(undefined)
    // Refusals are believed for half a minute by the same connection: the owner saves one with another key.
    await connect('site-1', { url: docspace.url, apiKey: docspace.portal.keys.admin })
    docspace.fail('bad-key')
    t.equal(JSON.parse(await (await manage('POST', 'v1/connections/sites/site-1/check')).text()).health, 'failing')
    docspace.fail(undefined)
    t.equal((await ask('site-1')).status, 200)
    await until('ok')
    t.strictSame(await checks(), ['service', 'default', 'service'])
    t.ok(lines().some(({ msg, site }) => msg === "a site's connection works again" && site === 'site-1'))
  }
)

t.test('an outage says nothing about a connection', async t => {
  const { connect, ask, docspace, manage } = await startManagedBridge(t)
  await connect('site-1', { url: docspace.url, apiKey: docspace.portal.keys.owner })
  docspace.fail('status-503')
  t.equal((await ask('site-1')).status, 503)
  await sleep(100)
  t.equal(JSON.parse(await (await manage('GET', 'v1/connections/sites/site-1')).text()).health, 'unchecked')
})
