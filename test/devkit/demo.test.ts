// The demo and the single call, run as a newcomer runs them.
import t from 'tap'
import { run } from '../helpers/process.ts'
import { startTarget } from '../helpers/target.ts'

t.test('the demo shows plan, bar, renewal and button, the JSON and how to repeat it, and keeps running', async t => {
  const demo = run(t, 'src/devkit/demo.ts', [], { NO_COLOR: '1' })
  await demo.until(/Still running/)
  t.match(demo.stdout(), /Plan: Business \+ Additional storage \(100\sGB\)/)
  t.match(demo.stdout(), /Admins +█+░+ 9 of 10/)
  t.match(demo.stdout(), /renews \d{4}-\d{2}-\d{2}/)
  t.match(demo.stdout(), /\[ Upgrade \] http/)
  t.match(demo.stdout(), /"actionQuotaInfo": \{/)
  const [, url = '', body = ''] = /curl -X POST '([^']+)'.* -d '([^']+)'/.exec(demo.stdout()) ?? []
  t.equal((await fetch(url, { method: 'POST', body })).status, 200, 'the printed curl works')

  const base = url.replace(/\/v1\/quota-info$/, '')
  const again = run(t, 'src/devkit/wix-call.ts', ['--url', base, '--action', 'upload-file', '--language', 'de'])
  t.equal(await again.ended, 0)
  t.match(JSON.parse(again.stdout()), { actionQuotaInfo: { enforced: true } })
  t.match(again.stderr(), /Speicherplatz \(TB\)/)
  const unknown = run(t, 'src/devkit/wix-call.ts', ['--url', base, '--action', 'nothing', '--site', 'a-site'])
  t.equal(await unknown.ended, 1)
  t.match(JSON.parse(unknown.stdout()), { applicationError: { code: 'ACTION_NOT_FOUND' } })

  t.match(demo.stdout(), /create-room is run: Wix calls .*\/v1\/invoke, .*\n200 \{"result":\{"run":1\}\}\n/)
  const invoke = run(t, 'src/devkit/wix-call.ts', ['--url', base, '--action', 'send-email', '--method', 'invoke'])
  t.equal(await invoke.ended, 0)
  t.strictSame(JSON.parse(invoke.stdout()), { result: { run: 2 } })
  const validate = run(t, 'src/devkit/wix-call.ts', [
    '--url',
    base,
    '--action',
    'a',
    '--method',
    'validate-configuration'
  ])
  t.equal(await validate.ended, 0)
  t.strictSame(JSON.parse(validate.stdout()), { valid: true, configurationErrors: [] })

  demo.child.kill('SIGTERM')
  t.equal(await demo.ended, 0)
})

t.test('the demo shows any scenario, and names those there are', async t => {
  const demo = run(t, 'src/devkit/demo.ts', ['enterprise'])
  await demo.until(/Plan: Enterprise/)
  await demo.until(/Still running/)
  demo.child.kill('SIGINT')
  t.equal(await demo.ended, 0)
  const wrong = run(t, 'src/devkit/demo.ts', ['moon'])
  t.equal(await wrong.ended, 2)
  t.match(wrong.stderr(), /There is no scenario moon; known: startup,/)
})

t.test('wix:call shows whatever the maker answers', async t => {
  const { url } = await startTarget(t, { answer: (_request, response) => response.writeHead(418).end('no tea') })
  const call = run(t, 'src/devkit/wix-call.ts', ['--url', url, '--action', 'a', '--method', 'invoke'])
  t.equal(await call.ended, 1)
  t.equal(call.stdout(), 'no tea\n')
  t.match(call.stderr(), /^418 I'm a Teapot\n/)
})

t.test('wix:call tells what it needs', async t => {
  for (const args of [
    [],
    ['--url', 'nonsense', '--action', 'a'],
    ['--what'],
    ['--url', 'http://x', '--action', 'a', '--method', 'dance']
  ]) {
    const call = run(t, 'src/devkit/wix-call.ts', args)
    t.equal(await call.ended, 2)
    t.match(call.stderr(), /Usage: npm run wix:call/)
  }
  const help = run(t, 'src/devkit/wix-call.ts', ['--help'])
  t.equal(await help.ended, 0)
  t.match(help.stdout(), /Usage/)
  const nobody = run(t, 'src/devkit/wix-call.ts', [
    '--url',
    'http://127.0.0.1:9',
    '--action',
    'a',
    '--key',
    `${t.testdir()}/new/key.pem`
  ])
  t.equal(await nobody.ended, 1)
  t.match(nobody.stderr(), /Nothing answers at http:\/\/127\.0\.0\.1:9/)
})
