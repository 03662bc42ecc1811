// One signed call, as an operator makes it.
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import t, { type Test } from 'tap'
import { readCall } from '../../src/devkit/call-options.ts'
import { whyUnreachable } from '../../src/devkit/unreachable.ts'
import { sharedWix } from '../helpers/bridge.ts'
import { freePort } from '../helpers/free-port.ts'
import { startManagedBridge } from '../helpers/manage.ts'
import { run } from '../helpers/process.ts'
import { startTarget } from '../helpers/target.ts'

const SITE = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'
const OTHER_SITE = '0b1c2d3e-0000-4000-8000-000000000001'

async function call(t: Test, ...args: string[]) {
  const { ended, stdout, stderr } = run(t, 'src/devkit/wix-call.ts', args, { NO_COLOR: '1' })
  return { exitCode: await ended, stdout: stdout(), stderr: stderr() }
}

/** A service that believes the key of the tests, with one connected site, and the options that name both. */
async function start(t: Test) {
  const bridge = await startManagedBridge(t, { now: Date.now, connectUrl: 'https://app.example.com/connect' })
  await bridge.connect(SITE, { url: bridge.docspace.url, apiKey: bridge.docspace.portal.keys.owner })
  const key = `${t.testdirName}/key.pem`
  writeFileSync(key, sharedWix.privateKeyPem)
  const { host } = new URL(bridge.service.publicUrl)
  return { ...bridge, signed: ['--url', host, '--app', sharedWix.appId, '--key', key] }
}

t.test('an answer is a card, in the language that is asked for, or as it came', async t => {
  const { signed } = await start(t)
  const card = await call(t, ...signed, '--action', 'site-room', '--language', 'tlh', '--language', 'de')
  t.equal(card.exitCode, 0, card.stderr)
  t.equal(card.stderr, '200 OK\n')
  t.match(card.stdout, /^╭─ site-room ─+╮\n│ Business.*│\n│ Räume /)
  const { exitCode, stdout } = await call(t, ...signed, '--action', 'site-room', '--json')
  t.equal(exitCode, 0)
  t.match(JSON.parse(stdout), { actionQuotaInfo: { enforced: true } })
})

t.test('a site that is not connected is told so', async t => {
  const { signed } = await start(t)
  const { stdout } = await call(t, ...signed, '--action', 'site-room', '--site', OTHER_SITE)
  t.match(stdout, "│ ONLYOFFICE DocSpace isn't connected to this site yet.")
  t.notMatch(stdout, /Plan|█|0 of 0/)
})

t.test('an error says what happened and what to do, or comes as it was sent', async t => {
  const { signed } = await start(t)
  const told = await call(t, ...signed, '--action', 'nothing')
  t.equal(told.exitCode, 1)
  t.match(told.stderr, /^404 Not Found\n/)
  t.match(
    told.stdout,
    /^ACTION_NOT_FOUND: The configuration has no such action\.\nAdd the action key, .*\n {2}actionKey: nothing\n$/
  )
  const { exitCode, stdout } = await call(t, ...signed, '--action', 'nothing', '--json')
  t.equal(exitCode, 1)
  t.match(JSON.parse(stdout), { applicationError: { code: 'ACTION_NOT_FOUND' } })
})

t.test('AppRemoved is told, and the site is forgotten', async t => {
  const { signed, manage } = await start(t)
  t.equal((await manage('GET', `v1/connections/sites/${SITE}`)).status, 200)
  const removed = await call(t, ...signed, '--event', 'AppRemoved', '--site', SITE)
  t.equal(removed.exitCode, 0, removed.stderr)
  t.match(removed.stdout, `Whatever was kept about the site ${SITE} is deleted.`)
  t.equal((await manage('GET', `v1/connections/sites/${SITE}`)).status, 404)
  const refused = await call(
    t,
    ...signed,
    '--app',
    'another',
    '--key',
    `${t.testdirName}/other.pem`,
    '--event',
    'AppRemoved',
    '--site',
    SITE
  )
  t.equal(refused.exitCode, 1)
  t.match(refused.stdout, /^INVALID_SIGNATURE: /)
})

t.test('whatever the maker answers is shown as it is, and a redirect is told rather than followed', async t => {
  const { url, seen } = await startTarget(t, {
    answer: (request, response) => {
      if (request.url === '/v1/invoke') response.writeHead(418).end('no tea')
      else response.writeHead(301, { location: 'https://elsewhere.example/' }).end()
    }
  })
  const tea = await call(t, '--url', url, '--action', 'a', '--method', 'invoke')
  t.equal(tea.exitCode, 1)
  t.equal(tea.stdout, 'no tea\n')
  t.match(tea.stderr, /^418 I'm a Teapot\n/)
  const led = await call(t, '--url', url, '--action', 'a')
  t.equal(led.exitCode, 1)
  t.match(
    led.stderr,
    /^301 Moved Permanently, led on to https:\/\/elsewhere\.example\/\nThis is no answer of Quota Bridge: .*\n$/
  )
  t.equal(seen.length, 2)
  const json = await startTarget(t, { answer: (_request, response) => response.end('{"valid":true}') })
  const valid = await call(t, '--url', json.url, '--action', 'a', '--method', 'validate-configuration')
  t.strictSame(JSON.parse(valid.stdout), { valid: true })
  t.equal(valid.stderr, '200 OK\n')
  for (const asked of [
    ['--action', 'a'],
    ['--event', 'AppRemoved', '--site', SITE]
  ]) {
    const odd = await call(t, '--url', json.url, ...asked)
    t.equal(odd.exitCode, 1)
    t.match(odd.stderr, /^200 OK\nThis is no answer of Quota Bridge/)
    t.strictSame(JSON.parse(odd.stdout), { valid: true })
  }
})

t.test("the key's public half is what wix.publicKey needs", async t => {
  const key = `${t.testdir()}/new/key.pem`
  const { exitCode, stdout, stderr } = await call(t, '--public-key', '--key', key)
  t.equal(exitCode, 0)
  t.equal(stdout, createPublicKey(readFileSync(key, 'utf8')).export({ type: 'spki', format: 'pem' }))
  t.match(stderr, /wix\.appId is then 6a5d1c0e-0000-4000-8000-00000000de40\n$/)
})

t.test("a file that is somebody's is never written over", async t => {
  const folder = t.testdir({ 'notes.txt': 'my notes' })
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(`${folder}/ec.pem`, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  symlinkSync(`${folder}/nowhere/key.pem`, `${folder}/dangling.pem`)
  for (const file of ['notes.txt', 'ec.pem']) {
    const before = readFileSync(`${folder}/${file}`, 'utf8')
    const refused = await call(t, '--public-key', '--key', `${folder}/${file}`)
    t.equal(refused.exitCode, 2)
    t.match(refused.stderr, /holds no RSA private key as PEM/)
    t.equal(readFileSync(`${folder}/${file}`, 'utf8'), before)
  }
  t.match((await call(t, '--public-key', '--key', folder)).stderr, /^The key in .* cannot be read \(EISDIR\)\.\n$/)
  t.match(
    (await call(t, '--public-key', '--key', `${folder}/dangling.pem`)).stderr,
    /^The key cannot be kept in \S+dangling\.pem \(ENOENT\); name another file with --key\.\n$/
  )
})

t.test('why nothing answers is a sentence with a remedy', async t => {
  const reset = createServer(socket => socket.resetAndDestroy()).listen(0, '127.0.0.1')
  const shell = createServer(socket => socket.end('SSH-2.0-OpenSSH_9.2\r\n')).listen(0, '127.0.0.1')
  await Promise.all([reset, shell].map(server => once(server, 'listening')))
  const ports = [reset, shell].map(server => {
    t.teardown(() => server.close())
    const address = server.address()
    return typeof address === 'object' ? address?.port : 0
  })
  const { url } = await startTarget(t)
  for (const [address, sentence] of [
    [
      `localhost:${await freePort()}`,
      /\(ECONNREFUSED\)\. Nothing listens there: is the service running, and on this port\?/
    ],
    ['http://nobody.invalid/', /\((ENOTFOUND|EAI_AGAIN)\)\. .* check how it is spelled/],
    [`127.0.0.1:${ports[0]}`, /\((ECONNRESET|UND_ERR_SOCKET)\)\. It hung up without an answer: does it speak HTTP/],
    [`127.0.0.1:${ports[1]}`, /\(HTTPParserError\)\. What answers there does not speak HTTP\./],
    [url.replace('http:', 'https:'), /\(ERR_SSL\w+|EPROTO\)\. It does not speak HTTPS: try http:\/\//],
    ['127.0.0.1:9', /\(bad port\)\. Check the address\./]
  ] as const) {
    const { exitCode, stderr, stdout } = await call(t, '--url', address, '--action', 'a')
    t.equal(exitCode, 1)
    t.equal(stdout, '')
    t.match(stderr, /^Nothing answers at https?:\/\/\S+ \(.*\n$/)
    t.match(stderr, sentence, address)
  }
  t.equal(whyUnreachable('odd', 'http://x/'), 'Nothing answers at http://x/ (odd). Check the address.')
})

t.test('an address may lack its scheme, and have the path that Wix puts behind it', async t => {
  const urlOf = (url: string) => {
    const wanted = readCall(['--url', url, '--action', 'a'])
    return wanted.kind === 'call' && wanted.asked.url
  }
  for (const [typed, meant] of [
    ['localhost:8080', 'http://localhost:8080'],
    ['localhost:8080/', 'http://localhost:8080/'],
    ['localhost', 'http://localhost'],
    ['LOCALHOST/wix/', 'http://localhost/wix/'],
    ['127.0.0.1', 'http://127.0.0.1'],
    ['[::1]', 'http://[::1]'],
    ['[::1]:8080/wix', 'http://[::1]:8080/wix'],
    ['quota:80', 'http://quota'],
    ['quota.example.com', 'https://quota.example.com'],
    ['quota.example.com/wix', 'https://quota.example.com/wix'],
    ['https://quota.example.com/wix/', 'https://quota.example.com/wix/'],
    ['http://quota.example.com/wix//v1/quota-info', 'http://quota.example.com/wix/'],
    ['http://quota.example.com/v1/app-events/', 'http://quota.example.com']
  ] as const)
    t.equal(urlOf(typed), meant, typed)
  const event = readCall(['--url', 'localhost:8080/wix/', '--event', 'AppRemoved', '--site', SITE])
  t.match(event, { asked: { url: 'http://localhost:8080/v1/app-events', event: { instanceId: SITE } } })
})

t.test('what a command line lacks or has too much is told, and nothing is called', async t => {
  const url = 'localhost:8080'
  for (const [args, sentence] of [
    [[], /^--url is missing, such as --url localhost:8080\n\nUsage: npm run wix:call/],
    [['--url', url], /^--action is missing, such as --action create-room\n\nUsage/],
    [
      ['--url', 'ftp://x', '--action', 'a'],
      /^--url ftp:\/\/x is no address of the web; write it like http:\/\/localhost:8080\/$/
    ],
    [['--url', 'http://', '--action', 'a'], /is no address of the web/],
    [['--url', url, '--acton', 'a'], /^There is no option --acton; did you mean --action\?$/],
    [['--url', url, '--action', 'a', '--method', 'invok'], /^There is no method invok; did you mean invoke\?$/],
    [
      ['--url', url, '--action', 'a', '--method', 'dance'],
      /^There is no method dance; known here: quota-info, invoke, /
    ],
    [
      ['--url', url, '--event', 'AppRemove', '--site', SITE],
      /^There is no event AppRemove; did you mean AppRemoved\?$/
    ],
    [['--url', url, '--event', 'AppRemoved'], /^--site is missing/],
    [['--url', url, '--event', 'AppRemoved', '--action', 'a'], /^An event has no --action and no --method\.$/],
    [['create-room'], /^Unexpected argument 'create-room'\. .*$/]
  ] as const)
    t.throws(() => readCall([...args]), { name: 'UsageError', message: sentence })
  const nothing = await call(t)
  t.equal(nothing.exitCode, 2)
  t.match(nothing.stderr, /^--url is missing, .*\n\nUsage: npm run wix:call/)
  t.equal(nothing.stdout, '')
  const help = await call(t, '--help')
  t.equal(help.exitCode, 0)
  t.match(help.stdout, /^Usage: npm run wix:call/)
  for (const line of help.stdout.split('\n')) t.ok(line.length <= 80, line)
})
