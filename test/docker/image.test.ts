// The Dockerfile, as far as it can be told without building it; docker/build-check builds it.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { AS_IN_IMAGE } from '../helpers/process.ts'
import { baseNames } from '../image/stand-in.ts'

const dockerfile = readFileSync('Dockerfile', 'utf8')
const { version, engines, scripts } = JSON.parse(readFileSync('package.json', 'utf8'))

t.test('the version is one everywhere, and the changelog tells of it', async t => {
  t.match(dockerfile, new RegExp(`^ARG VERSION=${version}$`, 'm'))
  t.equal(JSON.parse(readFileSync('package-lock.json', 'utf8')).version, version)
  const changelog = readFileSync('CHANGELOG.md', 'utf8')
  t.match(changelog, new RegExp(`^## ${version} \\(\\d{4}-\\d{2}-\\d{2}\\)$`, 'm'))
  t.match(changelog, /^## Unreleased$/m)
})

t.test('node is started with the same options everywhere', async t => {
  const { options, environment } = AS_IN_IMAGE
  t.ok(dockerfile.includes(`ENTRYPOINT ${JSON.stringify(['node', ...options, 'dist/main.js']).replaceAll(',', ', ')}`))
  t.match(dockerfile, `MALLOC_ARENA_MAX=${environment.MALLOC_ARENA_MAX}`)
  t.equal(scripts.start, `node ${options.join(' ')} src/main.ts`)
  const started = `MALLOC_ARENA_MAX=${environment.MALLOC_ARENA_MAX} node ${options.join(' ')}`
  const installed = `\`${started} node_modules/quota-bridge/dist/main.js\``
  t.ok(readFileSync('docs/operating.md', 'utf8').includes(installed))
})

t.test('each stage is on a base that may be given, and no script of a dependency runs', async t => {
  const stages = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base)
  t.strictSame(stages, ['${BUILD_BASE}', '${BUILD_BASE}', '${BASE}'])
  const { build, run } = baseNames()
  const major = engines.node.replace('>=', '')
  t.match(build, new RegExp(`node:${major}-`))
  t.match(run, new RegExp(`nodejs${major}-`))
  for (const [line] of dockerfile.matchAll(/ npm ci.*$/gm)) t.match(line, / --ignore-scripts$/)
})

t.test('nothing is sent to the builder but what it copies', async t => {
  const [first, ...rest] = readFileSync('.dockerignore', 'utf8').trim().split('\n')
  t.equal(first, '*')
  const sent = rest.filter(line => line.startsWith('!')).map(line => line.slice(1))
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) => names.split(' '))
  t.strictSame(sent.toSorted(), [...new Set(copied)].toSorted())
})
