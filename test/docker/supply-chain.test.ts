// What reaches production, and who may change it: the lock file, the workflow, the updates.
import { existsSync, globSync, readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'

interface Locked {
  version: string
  integrity?: string
  dev?: boolean
  hasInstallScript?: boolean
}

const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8'))

t.test('no production dependency runs a script when it is installed, and each is locked to its bytes', async t => {
  const packages: Record<string, Locked> = readJson('package-lock.json').packages
  const production = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev)
  t.ok(production.length > 50)
  for (const [path, { hasInstallScript, version, integrity }] of production) {
    t.notOk(hasInstallScript, `${path} has an install script`)
    t.match(integrity, /^sha512-/, path)
    t.match(version, /^\d+\.\d+\.\d+/, `${path} comes from a registry`)
  }
  t.ok(
    Object.values(packages).some(({ hasInstallScript }) => hasInstallScript),
    'the lock file does tell of install scripts'
  )
})

t.test('every script that may run at an installation is allowed by name', async t => {
  const packages: Record<string, Locked> = readJson('package-lock.json').packages
  const withScript = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript)
  const { allowScripts } = readJson('package.json')
  for (const [path] of withScript) t.ok(path.replace('node_modules/', '') in allowScripts, path)
})

t.test('the workflow tests on both versions of Node, and checks dependencies and the image', async t => {
  const { jobs, permissions } = parse(readFileSync('.github/workflows/ci.yml', 'utf8'))
  t.strictSame(permissions, { contents: 'read' })
  const commands = (job: string) => jobs[job].steps.flatMap(({ run }: { run?: string }) => run ?? [])
  t.strictSame(jobs.test.strategy.matrix, { node: [24, 26] })
  t.match(commands('test'), [
    'npm ci',
    /^npm install --no-save node@/,
    /assert\.equal/,
    /^\.ci\/prometheus/,
    'npm test'
  ])
  t.ok(commands('dependencies').includes('npm audit --omit=dev'))
  t.ok(commands('image').includes('docker/build-check'))
  t.ok(commands('image').some((command: string) => command.startsWith('npm sbom --omit=dev ')))
  for (const command of Object.keys(jobs).flatMap(commands))
    if (command.startsWith('docker/')) t.ok(existsSync(command), command)
})

t.test('actions of others are taken by commit, not by a tag that may be moved', async t => {
  for (const file of globSync('.github/workflows/*.yml')) {
    const uses = [...readFileSync(file, 'utf8').matchAll(/uses: (.+)$/gm)].map(([, action]) => action)
    t.ok(uses.length > 0)
    for (const action of uses) t.match(action, /^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  }
})

t.test('updates wait until a bad release would have been noticed, and advisories do not', async t => {
  t.match(readJson('.github/renovate.json'), {
    minimumReleaseAge: /^\d+ days$/,
    vulnerabilityAlerts: { minimumReleaseAge: null }
  })
})
