// doctor and config check, run as an operator runs them.
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { stringify } from 'yaml'
import { ENCRYPTION_KEY } from '../helpers/bridge.ts'
import { SOUND } from '../helpers/examine.ts'
import { run, SOURCES } from '../helpers/process.ts'

function configurationFile(dir: string, sections: object = {}): string {
  const file = `${dir}/quota-bridge.yaml`
  writeFileSync(file, stringify({ ...SOUND, ...sections }))
  return file
}

t.test('config check: all well, warnings, a mistake, and what it is about', async t => {
  const dir = t.testdir()
  const check = async (...args: string[]) => {
    const ran = run(t, SOURCES, ['config', 'check', '--config', ...args], { MISSING: undefined })
    return { code: await ran.ended, out: ran.stdout(), err: ran.stderr() }
  }
  const good = await check(configurationFile(dir))
  t.match(good, { code: 0, out: /^Quota Bridge \d.* looks at .*quota-bridge\.yaml\n\nConfiguration\n {2}✓ QB-CONFIG / })
  t.match(good.out, /\n4 well\n$/)
  const open = configurationFile(dir, { wix: { ...SOUND.wix, allowUnsigned: true } })
  t.match(await check(open), { code: 3, out: /! QB-WIX-UNSIGNED/ })
  t.match(await check(open, '--fail-on', 'warning'), { code: 1 })
  t.match(await check(open, '--skip', 'QB-WIX-UNSIGNED'), { code: 0, out: /– QB-WIX-UNSIGNED +skipped, because/ })
  const json = await check(open, '--json')
  t.match(JSON.parse(json.out), { version: 1, exitCode: 3, counts: { warning: 1 } })
  t.equal(json.code, 3)
  t.match(await check(`${dir}/none.yaml`), { code: 2, out: /✗ QB-CONFIG +The file|✗ QB-CONFIG +cannot be read/ })
  t.match(await check(open, '--skip', 'QB-WIX-UNSIGEND'), {
    code: 2,
    err: /There is no check QB-WIX-UNSIGEND; did you mean QB-WIX-UNSIGNED\?/
  })
  t.strictSame(readdirSync(dir), ['quota-bridge.yaml'], 'nothing was written')
})

t.test('doctor beside a running service: all of it, with the answer, and a support file', async t => {
  const dir = t.testdir()
  const server = { host: '127.0.0.1', port: 0 }
  const store = { url: `file:${dir}/data/q.db`, encryptionKeys: [ENCRYPTION_KEY] }
  const file = configurationFile(dir, { server, store })
  const service = run(t, SOURCES, ['--config', file])
  const [, url = ''] = await service.until(/"listener":"public","url":"([^"]+)"/)
  const doctor = async (...args: string[]) => {
    const ran = run(t, SOURCES, ['doctor', '--config', file, ...args])
    return { code: await ran.ended, out: ran.stdout(), err: ran.stderr() }
  }
  const bundle = `${dir}/support.json`
  const whole = await doctor('--url', url, '--action', 'send-email', '--language', 'de', '--all', '--bundle', bundle)
  t.equal(whole.code, 0, whole.out + whole.err)
  t.match(whole.out, /✓ QB-WAY-IN +http:\/\/127\.0\.0\.1:\d+\/: refused in our own form/)
  t.match(whole.out, /✓ QB-STORE-WRITABLE {3}a row was written and taken back/)
  t.match(whole.out, /What the owner reads for send-email\n {4}Free\n/)
  for (const line of whole.out.split('\n')) t.ok(line.length <= 80 || line.includes(dir), line)
  t.match(whole.err, /The support file is .*support\.json\. Look through it before you send it\./)
  t.match(JSON.parse(readFileSync(bundle, 'utf8')), { program: { version: /./ }, result: { exitCode: 0 } })

  const json = await doctor('--json', '--action', 'send-email')
  t.match(JSON.parse(json.out), {
    exitCode: 0,
    answer: { language: 'en', answer: { actionQuotaInfo: { enforced: true } } }
  })
  t.match(await doctor('--bundle', bundle), { code: 1, err: /support\.json is there already; name another file\./ })
  t.match(await doctor('--bundle', `${dir}/no/such/folder.json`), { code: 1, err: /cannot be written \(ENOENT\)/ })
  await sleep(0)
  t.notOk(existsSync(`${dir}/no`))
  service.child.kill('SIGTERM')
  t.equal(await service.ended, 0, 'and the service was not disturbed')
})

t.test('a wrong command line of the doctor', async t => {
  const file = configurationFile(t.testdir())
  const cases: [string[], RegExp][] = [
    [
      ['--url', 'quota.example.com'],
      /--url takes a base URI such as https:\/\/quota\.example\.com\/, not quota\.example\.com\./
    ],
    [['--language', 'de'], /--language goes together with --action\./],
    [['--fail-on', 'warnings'], /--fail-on takes no warnings; did you mean warning\?/]
  ]
  for (const [args, expected] of cases) {
    const ran = run(t, SOURCES, ['doctor', '--config', file, ...args])
    t.equal(await ran.ended, 2)
    t.match(ran.stderr(), expected)
    t.match(ran.stderr(), /Usage: quota-bridge doctor/)
  }
})

t.test('a remedy can be pasted where the doctor was called', async t => {
  const dir = t.testdir({ 'a folder': {} })
  const [young = '', old = ''] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)].map(key => key.toString('base64'))
  const store = (encryptionKeys: string[]) => ({
    server: { host: '127.0.0.1', port: 0, publicUrl: 'http://127.0.0.1:1' },
    store: { url: `file:${dir}/q.db`, encryptionKeys }
  })
  const first = run(t, SOURCES, ['--config', configurationFile(dir, store([old]))])
  await first.until(/"listener":"public"/)
  first.child.kill('SIGTERM')
  await first.ended
  const file = configurationFile(`${dir}/a folder`, store([young, old]))
  const look = async (environment: NodeJS.ProcessEnv, program = SOURCES) => {
    const ran = run(t, program, ['doctor', '--config', file], environment)
    t.equal(await ran.ended, 1)
    return ran.stdout()
  }
  t.match(
    await look({ npm_lifecycle_event: undefined }),
    new RegExp(`\n {10}node ${SOURCES.replace('.', '\\.')} rotate-keys --config '${file}'\n`)
  )
  t.match(
    await look({ npm_lifecycle_event: 'doctor' }),
    new RegExp(`\n {10}npm start -- rotate-keys --config '${file}'\n`)
  )
  t.match(
    await look({ npm_lifecycle_event: 'npx' }),
    new RegExp(`\n {10}npx quota-bridge rotate-keys --config '${file}'\n`)
  )
  symlinkSync(resolve(SOURCES), `${dir}/quota-bridge`)
  t.match(
    await look({ npm_lifecycle_event: undefined }, `${dir}/quota-bridge`),
    new RegExp(`\n {10}quota-bridge rotate-keys --config '${file}'\n`)
  )
})
