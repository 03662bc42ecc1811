// The demo, run as a newcomer runs it.

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import t, { type Test } from 'tap'
import { readDemo } from '../../src/devkit/demo-options.ts'
import { scenarioNames } from '../../src/devkit/docspace-scenarios.ts'
import { freePort } from '../helpers/free-port.ts'
import { run } from '../helpers/process.ts'

const DEMO = 'src/devkit/demo.ts'
const SCREEN = { columns: 80, rows: 24 }

/** A demo that has shown all it shows, and what that was. */
async function startDemo(t: Pick<Test, 'teardown'>, args: string[] = [], environment: NodeJS.ProcessEnv = {}) {
  const demo = run(t, DEMO, args, { NO_COLOR: '1', ...environment })
  await demo.until(/wix:call.*\n/)
  return { demo, text: demo.stdout(), lines: demo.stdout().trimEnd().split('\n') }
}

async function stop({ child, ended }: ReturnType<typeof run>, signal: NodeJS.Signals = 'SIGINT') {
  child.kill(signal)
  return ended
}

/** What differs from run to run. */
const settled = (text: string) =>
  text
    .replace(/127\.0\.0\.1:\d{5}/g, '127.0.0.1:00000')
    .replace(/\d{4}-\d\d-\d\d/g, '2026-01-01')
    .replace(/(preview#)[\w-]{22}/g, '$1code')
    .replace(/\u00A0/g, ' ')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'id')

const started = startDemo(t)

t.test('the last screen is the cards and what to do next, in 80 columns, and README shows it as it is', async t => {
  const { lines } = await started
  const first = lines.findIndex(line => line.startsWith('╭'))
  t.ok(lines.length - first < SCREEN.rows, 'with the line of the cursor they fit a screen')
  t.strictSame(
    lines.filter(line => [...line].length > SCREEN.columns),
    []
  )
  t.notMatch(lines.slice(first).join('\n'), /eyJ/, 'no token')
  const shown = lines.slice(first).join('\n')
  t.match(shown, /^╭─ create-room ─+╮\n│ Business \+ Additional storage \(100\sGB\) +renews \d{4}-\d\d-\d\d │/)
  t.match(shown, /├─ invite-guest ─+┤\n│ ONLYOFFICE DocSpace isn't connected to this site yet\. +│\n│ \[ Connect/)
  t.notMatch(shown, /0 of 0|Plan/)
  const [, readme = ''] = /```\n(╭[^`]*)```/.exec(readFileSync('README.md', 'utf8')) ?? []
  t.equal(settled(readme).trimEnd(), settled(shown), 'README shows it')
})

t.test('every link leads to a page of a fake that says what it would be, and runs nothing', async t => {
  const { text } = await started
  const shown = text.slice(text.indexOf('╭'), text.indexOf('╰'))
  const links = new Set(shown.match(/http:\/\/[^\s│]+/g))
  t.equal(links.size, 4)
  for (const link of links) {
    const page = await fetch(link)
    t.equal(page.status, 200, link)
    t.match(page.headers.get('content-security-policy'), /^default-src 'none'/)
    t.match(await page.text(), /<h1>[^<]*fake[^<]*<\/h1>\n<p>\w/)
  }
  const [connect = ''] = [...links].filter(link => link.includes('?token=…'))
  t.equal((await fetch(new URL('/nothing', connect))).status, 400)
})

t.test('the preview opens once by the address that is shown, which no server sees whole', async t => {
  const { text } = await started
  const [, page = '', code = ''] = /\nSee it as in Wix: (http:\/\/127\.0\.0\.1:\d+\/preview)#(\S+)\n/.exec(text) ?? []
  t.equal((await fetch(page)).status, 200)
  const open = () =>
    fetch(new URL('/v1/sessions', page), { method: 'POST', headers: { authorization: `Bearer ${code}` } })
  t.equal((await open()).status, 201)
  t.equal((await open()).status, 401)
})

t.test('the printed commands work, the call by curl without two slashes', async t => {
  const { text } = await started
  t.match(text, /Wix runs create-room: it goes on to the maker's server, 200 \{"result":\{"run":1\}\}/)
  const [, file = '', url = ''] = /\n {2}curl -d @(\S+) (\S+)\n/.exec(text) ?? []
  t.match(url, /^http:\/\/127\.0\.0\.1:\d+\/v1\/quota-info$/)
  const answer = await fetch(url, { method: 'POST', body: readFileSync(file, 'utf8') })
  t.match(await answer.json(), { actionQuotaInfo: { enforced: true } })
  const [, args = ''] = /npm run wix:call -- (.*)\n/.exec(text) ?? []
  const call = run(t, 'src/devkit/wix-call.ts', args.split(' '), { NO_COLOR: '1' })
  t.equal(await call.ended, 0, call.stderr())
  t.match(call.stdout(), /^╭─ create-room ─+╮\n│ Business.*\n│ Räume/)
})

t.test('Ctrl+C ends it', async t => {
  t.equal(await stop((await started).demo), 0)
})

t.test('--json is what went over the wire, one document and nothing else; README shows a part of it', async t => {
  const demo = run(t, DEMO, ['startup', '--json', '--language', 'en'], { LOG_LEVEL: 'info' })
  t.equal(await demo.ended, 0)
  const wire: { action: string; status: number; url: string; call: unknown; body: unknown }[] = JSON.parse(
    demo.stdout()
  )
  t.strictSame(
    wire.map(({ action, status }) => [action, status]),
    [
      ['create-room', 200],
      ['upload-file', 200],
      ['send-email', 200],
      ['invite-guest', 200]
    ]
  )
  t.match(wire[0]?.call, {
    iss: 'wix.com',
    data: { request: { actionKey: 'create-room' }, metadata: { languages: ['en'] } }
  })
  t.match(wire[3]?.body, {
    actionQuotaInfo: { quotaInfo: [{ plans: [], quotas: [{ currentUsage: '0', limit: '0' }], upgradeCta: {} }] }
  })
  const [, readme = ''] = /```json\n([^`]*)```/.exec(readFileSync('README.md', 'utf8')) ?? []
  t.strictSame(JSON.parse(settled(readme)), JSON.parse(settled(JSON.stringify(wire[1]?.body))))
})

t.test(
  'any scenario is shown, in any language, on a port that is named, and in colour where that is wanted',
  async t => {
    const port = await freePort()
    const { demo, text } = await startDemo(t, ['business-plain-user', '--language', 'de'], {
      ...{ PORT: String(port), FORCE_COLOR: '1', NO_COLOR: undefined }
    })
    t.match(text, `runs at http://127.0.0.1:${port}/`)
    t.match(text, '\u001B[1m create-room \u001B[22m')
    t.match(text, 'Wix shows nothing for this action.')
    t.match(text, /Speicherplatz \(TB\)/)
    t.equal(await stop(demo, 'SIGTERM'), 0)
  }
)

t.test('--help lists the scenarios, and so does the answer to one that there is not', async t => {
  const help = run(t, DEMO, ['--help'])
  t.equal(await help.ended, 0)
  const wrong = run(t, DEMO, ['buisness'])
  t.equal(await wrong.ended, 2)
  t.equal(wrong.stdout(), '')
  t.match(wrong.stderr(), /^There is no scenario buisness; did you mean business\?\n/)
  for (const name of scenarioNames) {
    t.match(help.stdout(), new RegExp(`^  ${name} +\\w`, 'm'))
    t.match(wrong.stderr(), new RegExp(`^  ${name} +\\w`, 'm'))
  }
  for (const line of `${help.stdout()}${wrong.stderr()}`.split('\n')) t.ok(line.length <= SCREEN.columns, line)
})

t.test('what cannot be done is told in one sentence, without a stack', async t => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => taken.close())
  const address = taken.address()
  const port = String(typeof address === 'object' && address ? address.port : 0)
  for (const [PORT, exitCode, sentence] of [
    ['abc', 2, /^PORT is abc, which is no port: give a number up to 65535, or leave PORT out\.\n$/],
    [port, 1, new RegExp(`^Port ${port} is taken; name another in PORT, or leave PORT out for a free one\\.\\n$`)]
  ] as const) {
    const demo = run(t, DEMO, [], { PORT })
    t.equal(await demo.ended, exitCode)
    t.match(demo.stderr(), sentence)
    t.equal(demo.stdout(), '')
  }
  for (const [args, environment, sentence] of [
    [[], { PORT: '' }, /^PORT is empty, which is no port: /],
    [[], { PORT: '65536' }, /^PORT is 65536, which is no port: /],
    [[], { PORT: '-1' }, /^PORT is -1, which is no port: /],
    [['--jsn'], {}, /^There is no option --jsn; did you mean --json\?$/],
    [['-x'], {}, /^There is no option -x; known here: --language, --json, --help$/],
    [['moon'], {}, /^There is no scenario moon\.\n\nScenarios:\n/],
    [['startup', 'trial'], {}, /^One scenario at a time: startup, without trial\.$/],
    [['--language'], {}, /^Option '--language <value>' argument missing\.$/]
  ] as const)
    t.throws(() => readDemo([...args], environment), { name: 'UsageError', message: sentence })
  t.strictSame(readDemo([], {}), {
    ...{ scenario: 'business-with-storage', languages: ['en'], port: 0, json: false, help: false }
  })
})
