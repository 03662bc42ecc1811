// The command line's own manners, with commands made up for it: each is told apart, helped with, and corrected.
import t, { type Test } from 'tap'
import { type Command, defineCommand } from '../../src/commands/command.ts'
import { commands } from '../../src/commands/index.ts'
import { runCommand } from '../../src/commands/run.ts'
import { EXIT } from '../../src/exit.ts'

const usual = defineCommand({
  name: 'serve',
  summary: 'serves',
  options: { config: { type: 'string', value: 'FILE', description: 'the file' } },
  run: async ({ values }) => tell({ ran: 'serve', config: values.config })
})
const check = defineCommand({
  name: 'config check',
  summary: 'checks',
  details: 'Thoroughly.',
  options: {
    level: { type: 'string', value: 'LEVEL', choices: ['low', 'high'], default: 'low', description: 'how' },
    name: { type: 'string', value: 'NAME', multiple: true, description: 'whose' }
  },
  examples: ['config check --level high'],
  run: async ({ values }) => tell({ ran: 'config check', ...values })
})
const copy = defineCommand({
  name: 'copy',
  summary: 'copies',
  operands: ['FROM', 'TO'],
  options: {},
  run: async ({ operands }) => tell({ ran: 'copy', operands })
})
const broken = defineCommand({
  name: 'broken',
  summary: 'breaks',
  options: {},
  run: () => Promise.reject(new Error('no'))
})
const table: [Command, ...Command[]] = [usual, check, copy, broken]

let told: unknown
async function tell(what: unknown) {
  told = what
  return EXIT.ok
}

/** Runs a command line, and gives what it did and printed. */
async function type(t: Test, line: string, given = table) {
  told = undefined
  const out = t.capture(process.stdout, 'write', () => true)
  const err = t.capture(process.stderr, 'write', () => true)
  try {
    const code = await runCommand(line.split(' ').filter(Boolean), given, { environment: {} })
    const text = (calls: { args: unknown[] }[]) => calls.map(({ args }) => String(args[0])).join('')
    return { code, told, out: text(out()), err: text(err()) }
  } finally {
    out.restore()
    err.restore()
  }
}

t.test('words name the command, wherever options stand; without words it is the first', async t => {
  t.match(await type(t, '--config f'), { code: 0, told: { ran: 'serve', config: 'f' } })
  t.match(await type(t, 'serve --config f'), { told: { ran: 'serve', config: 'f' } })
  t.match(await type(t, '--level high config check'), { told: { ran: 'config check', level: 'high' } })
  t.match(await type(t, 'config --name a --name b check'), { told: { name: ['a', 'b'], level: 'low' } })
  t.match(await type(t, 'copy here there'), { told: { ran: 'copy', operands: ['here', 'there'] } })
})

t.test('what is wrong is told with what would be right, and ends with 2', async t => {
  const cases = {
    '--cofnig f': /There is no option --cofnig; did you mean --config\?\n/,
    'config check --nmae x': /There is no option --nmae; did you mean --name\?\n/,
    'config chek': /There is no command config chek; did you mean config check\?\n/,
    srve: /There is no command srve; did you mean serve\?\n/,
    config: /There is no command config; known here: serve, config check, copy, broken\.\n/,
    'copy a b --config f':
      /copy takes no --config; known here: --help, --version\.\n\nUsage: quota-bridge copy FROM TO\n/,
    'serve twice': /Too many words: twice\.\n\nUsage: quota-bridge serve --config FILE\n/,
    copy: /copy needs FROM and TO\.\n/,
    'copy a': /copy needs TO\.\n/,
    'config check --level hihg': /--level takes no hihg; did you mean high\?\n/,
    'config check --level': /'--level <value>' argument missing\.\n/
  }
  for (const [line, expected] of Object.entries(cases)) {
    const { code, told, out, err } = await type(t, line)
    t.match({ code, told, out }, { code: EXIT.usage, told: undefined, out: '' }, line)
    t.match(err, expected, line)
    t.match(err, /\nUsage: quota-bridge .*\n\n--help tells more\.\n$/s, line)
  }
})

t.test("a command's own failure is not taken for a wrong command line", async t => {
  await t.rejects(type(t, 'broken'), { message: 'no' })
})

t.test('--version tells the version of package.json, whatever else is there', async t => {
  for (const line of ['--version', 'copy --version', '--config f --version'])
    t.match(await type(t, line), { code: 0, told: undefined, out: /^quota-bridge \d+\.\d+\.\d+\n$/ }, line)
})

t.test('--help tells all commands, or of a named one what it takes', async t => {
  const all = await type(t, '--help')
  t.match(all.out, /serve is meant when none is named:\n {2}serve +serves\n {2}config check +checks\n/)
  t.match(all.out, /Exit codes: 0 [\s\S]*3 warnings only\./)
  const one = await type(t, 'config check -h')
  t.match(
    one.out,
    /^Usage: quota-bridge config check \[--level LEVEL\] \[--name NAME\]\.\.\.\n\nChecks\. Thoroughly\.\n/
  )
  t.match(one.out, /--level LEVEL +how: low, high\n/)
  t.match(one.out, /Examples:\n {2}quota-bridge config check --level high\n$/)
})

t.test(
  'every command of the program has a help that fits a terminal, and an option means the same kind of thing in all',
  async t => {
    const kinds = new Map<string, string>()
    for (const { name, options } of commands) {
      const { code, out } = await type(t, `${name} --help`, [...commands])
      t.equal(code, 0)
      t.match(out, new RegExp(`^Usage: quota-bridge ${name}`))
      for (const line of out.split('\n')) t.ok(line.length <= 80, line)
      for (const [option, { type: kind, value }] of Object.entries(options)) {
        t.equal(kinds.get(option) ?? kind, kind, `--${option}`)
        t.equal(kind === 'string', value !== undefined, `--${option} of ${name} says what its value is`)
        kinds.set(option, kind)
      }
    }
    for (const line of (await type(t, '--help', [...commands])).out.split('\n')) t.ok(line.length <= 80, line)
  }
)
