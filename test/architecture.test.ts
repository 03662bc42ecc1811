// A room uses only rooms below it, and nobody imports upwards.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import t from 'tap'

const FLOORS = [
  'devkit',
  'main',
  'worker',
  'commands',
  'trial',
  'conformance',
  'doctor',
  'health-check',
  'start-failure',
  'app',
  'workers',
  'service',
  'config',
  'public',
  'management',
  'browser',
  'preview',
  'http',
  'pages',
  'webhooks',
  'presentation',
  'adapter',
  'providers',
  'quota',
  'observe',
  'wix',
  'store',
  'logging',
  'mistakes',
  'provider-error',
  'errors',
  'findings',
  'fingerprint',
  'within',
  'utf8',
  'once',
  'recent',
  'terminal',
  'version',
  'root',
  'exit',
  'schema'
]

const room = (file: string) => file.split('/')[1]?.replace(/\.ts$/, '') ?? ''

function imports(file: string): string[] {
  const found = readFileSync(file, 'utf8').matchAll(/from '(\.[^']+)'/g)
  return [...found].map(([, path = '']) => normalize(join(dirname(file), path)))
}

t.test('imports lead downwards', async t => {
  const files = globSync('src/**/*.ts')
  t.ok(files.length > 30)
  for (const file of files) {
    for (const target of imports(file).filter(path => path.startsWith('src/'))) {
      const [from, to] = [FLOORS.indexOf(room(file)), FLOORS.indexOf(room(target))]
      t.ok(from >= 0 && to >= 0 && from <= to, `${file} imports ${target}`)
    }
  }
})

t.test('quota/ knows neither Wix nor DocSpace nor HTTP, and only providers/docspace knows DocSpace', async t => {
  for (const file of globSync('src/quota/*.ts'))
    t.notMatch(readFileSync(file, 'utf8'), /from '(undici|fastify|node:http|\.\.\/(wix|providers))/, file)
  const outside = globSync('src/**/*.ts').filter(file => !/^src\/(providers\/(docspace|index)|devkit)/.test(file))
  for (const file of outside)
    t.notOk(
      imports(file).some(path => path.includes('providers/docspace')),
      file
    )
})

t.test('what is the provider of somebody else is not named outside its folder', async t => {
  const others = globSync('src/**/*.{ts,json}').filter(
    file => !/^src\/(providers\/(docspace\/|index\.ts)|devkit\/)/.test(file)
  )
  t.ok(others.length > 60)
  for (const file of others) t.notMatch(readFileSync(file, 'utf8'), /docspace/i, file)
})

t.test('quota/ is small and has no cycle of imports', async t => {
  const files = globSync('src/quota/*.ts')
  const inside = new Map(files.map(file => [file, imports(file).filter(target => files.includes(target))]))
  for (const file of files) {
    t.ok(readFileSync(file, 'utf8').split('\n').length <= 151, `${file} has no more than 150 lines`)
    const reached = new Set<string>()
    const visit = (from: string) => {
      for (const target of inside.get(from) ?? []) {
        if (reached.has(target)) continue
        reached.add(target)
        visit(target)
      }
    }
    visit(file)
    t.notOk(reached.has(file), `${file} leads back to itself`)
  }
})

t.test('no file grows past 250 lines', async t => {
  for (const file of globSync('src/**/*.ts')) t.ok(readFileSync(file, 'utf8').split('\n').length <= 251, file)
})
