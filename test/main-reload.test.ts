// SIGHUP, as an operator sends it: the file and the secret files that it names are read again.
import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { createFakeWix } from '../src/devkit/fake-wix.ts'
import { bodyOf } from './helpers/bridge.ts'
import { run, SOURCES } from './helpers/process.ts'

const wix = createFakeWix()

t.test('the file is read again, a mistake changes nothing, and no secret of either is ever logged', async t => {
  const dir = t.testdir({ token: 'a-first-token-for-tests', key: 'sk-first-key-for-tests' })
  const file = `${dir}/quota-bridge.yaml`
  const write = (plan: string) =>
    writeFileSync(
      file,
      `
wix: { appId: ${wix.appId}, publicKey: "\${WIX_PUBLIC_KEY}" }
server: { host: 127.0.0.1 }
management: { token: "\${file:${dir}/token}" }
providers:
  portal: { type: docspace, connection: { url: "https://acme.onlyoffice.com", apiKey: "\${file:${dir}/key}" }, checkOnStart: false }
  newsletter:
    type: static
    groups: [{ plans: [{ id: free, name: ${plan} }], quotas: [{ feature: emails, name: Emails sent, used: 346, limit: 500 }] }]
actions:
  send-email: { provider: newsletter }
`
    )
  write('Free')
  const environment = { WIX_PUBLIC_KEY: wix.publicKeyPem, PORT: '0', MANAGEMENT_PORT: '0', LOG_LEVEL: 'trace' }
  const bridge = run(t, SOURCES, ['--config', file], environment)
  const [, publicUrl = ''] = await bridge.until(/"listener":"public","url":"([^"]+)"/)
  const [, managementUrl = ''] = await bridge.until(/"listener":"management","url":"([^"]+)"/)
  const plan = async () => {
    const answer = await bodyOf(await wix.ask(publicUrl, { actionKey: 'send-email' }))
    return answer.actionQuotaInfo.quotaInfo[0]?.plans[0]?.name
  }
  const reload = (token: string) =>
    fetch(`${managementUrl}v1/config/reload`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })

  write('Gold')
  writeFileSync(`${dir}/token`, 'a-second-token-for-tests')
  writeFileSync(`${dir}/key`, 'sk-second-key-for-tests')
  bridge.child.kill('SIGHUP')
  const changed = '"by":"SIGHUP","changed":\\["management.token","providers.portal","providers.newsletter"\\]'
  await bridge.until(new RegExp(changed))
  t.equal(await plan(), 'Gold')
  t.equal((await reload('a-first-token-for-tests')).status, 401)
  t.equal((await reload('a-second-token-for-tests')).status, 200)

  writeFileSync(file, readFileSync(file, 'utf8').replace('type: static', 'type: sk-second-key-for-tests'))
  bridge.child.kill('SIGHUP')
  await bridge.until(
    /"level":"error".*"by":"SIGHUP","code":"CONFIGURATION_INVALID".*"path":\["providers","newsletter","type"\]/
  )
  t.equal(await plan(), 'Gold')
  // What is not there any more is a mistake too, and not the end of the service.
  writeFileSync(`${dir}/key`, '')
  bridge.child.kill('SIGHUP')
  await bridge.until(/which is set, but empty/)
  bridge.child.kill('SIGTERM')
  t.equal(await bridge.ended, 0)
  t.notMatch(bridge.stdout() + bridge.stderr(), /for-tests/)
})
