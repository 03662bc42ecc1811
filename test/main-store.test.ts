// The command line and its store: one service per file, and none on a store under other keys.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import t from 'tap'
import { sharedWix } from './helpers/bridge.ts'
import { PROGRAM, run } from './helpers/process.ts'

const TOKEN = 'a-token-for-tests'
const environment = { WIX_PUBLIC_KEY: sharedWix.publicKeyPem, PORT: '0', MANAGEMENT_PORT: '0' }
const newKey = () => randomBytes(32).toString('base64')

function configurationFile(dir: string, encryptionKeys: string[]): string {
  const file = `${dir}/quota-bridge.yaml`
  const written = {
    wix: { appId: sharedWix.appId, publicKey: sharedWix.publicKeyPem },
    server: { host: '127.0.0.1' },
    management: { token: TOKEN },
    store: { url: `file:${dir}/q.db`, encryptionKeys },
    providers: { sites: { type: 'docspace', connection: 'per-site' } },
    actions: { room: { provider: 'sites' } }
  }
  writeFileSync(file, JSON.stringify(written))
  return file
}

const connect = (managementUrl: string, site: string) =>
  fetch(`${managementUrl}v1/connections/sites/${site}?check=false`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ url: 'https://acme.onlyoffice.com', apiKey: 'sk-fake-some-key-of-a-site' })
  })

t.test('a second service on one file is refused with the reason, and takes over when the first was killed', async t => {
  const file = configurationFile(t.testdir(), [newKey()])
  const first = run(t, PROGRAM, ['--config', file], environment)
  await first.until(/"listener":"management","url"/)
  const second = run(t, PROGRAM, ['--config', file], environment)
  t.equal(await second.ended, 1)
  t.match(second.stdout(), /STORE_IN_USE/)
  t.match(second.stdout(), /Another Quota Bridge service uses .*q\.db\. Stop that one first/)
  const command = run(t, PROGRAM, ['rotate-keys', '--config', file], environment)
  t.equal(await command.ended, 0, 'a command is no second service')
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  const third = run(t, PROGRAM, ['--config', file], environment)
  await third.until(/"listener":"management","url"/)
  third.child.kill('SIGTERM')
  t.equal(await third.ended, 0)
  const fourth = run(t, PROGRAM, ['--config', file], environment)
  await fourth.until(/"listener":"management","url"/)
})

t.test('a store under other keys is not started on, unless --force says that this is known', async t => {
  const dir = t.testdir()
  const [old, young] = [newKey(), newKey()]
  const first = run(t, PROGRAM, ['--config', configurationFile(dir, [old])], environment)
  const [, url = ''] = await first.until(/"listener":"management","url":"([^"]+)"/)
  t.equal((await connect(url, 'site-1')).status, 201)
  first.child.kill('SIGTERM')
  await first.ended

  const file = configurationFile(dir, [young])
  const refused = run(t, PROGRAM, ['--config', file], environment)
  t.equal(await refused.ended, 1)
  t.match(refused.stdout(), /STORE_KEYS_MISSING/)
  t.match(refused.stdout(), /1 of the 1 encrypted rows .*--force/)
  const forced = run(t, PROGRAM, ['--force', '--config', file], environment)
  const [, forcedUrl = ''] = await forced.until(/"listener":"management","url":"([^"]+)"/)
  t.match(forced.stdout(), /"rows":1,"foreign":1,"msg":"some rows of the store are under a key/)
  for (const site of ['a', 'b', 'c', 'd']) await connect(forcedUrl, site)
  forced.child.kill('SIGTERM')
  await forced.ended
  const later = run(t, PROGRAM, ['--config', file], environment)
  await later.until(/"listener":"management","url"/)
  t.match(later.stdout(), /"rows":5,"foreign":1/, 'a small part is told, and no more')

  const wrong = run(t, PROGRAM, ['rotate-keys', '--force', '--config', file], environment)
  t.equal(await wrong.ended, 2)
  t.match(wrong.stderr(), /rotate-keys takes no --force/)
})
