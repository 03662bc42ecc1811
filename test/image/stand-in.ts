// Where no image can be pulled: the two bases that the Dockerfile names, made of Debian's packages and the npm package `node`,
// under the same names in a storage of our own. What runs on them is told from what the real ones hold by size alone.
import { chmodSync, cpSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Engine } from './engine.ts'
import { execute } from './execute.ts'

const RELEASE = 'bookworm'
/** What distroless' image for C++ holds of Debian, as far as node needs it: https://github.com/GoogleContainerTools/distroless */
const RUNTIME_PACKAGES = ['base-files', 'libc6', 'libgcc-s1', 'libstdc++6', 'tzdata']
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** The defaults of the Dockerfile's arguments. */
export function baseNames(dockerfile = readFileSync('Dockerfile', 'utf8')): { build: string; run: string } {
  const defaultOf = (name: string) => new RegExp(`^ARG ${name}=(.+)$`, 'm').exec(dockerfile)?.[1]
  const [build, run] = [defaultOf('BUILD_BASE'), defaultOf('BASE')]
  if (!build || !run) throw new Error('the Dockerfile gives BUILD_BASE and BASE no default')
  return { build, run }
}

/** Makes both in a folder, and imports them. */
export function importStandIns(engine: Engine, folder: string): void {
  const names = baseNames()
  const system = join(folder, 'system')
  run('debootstrap', '--variant=minbase', RELEASE, system)
  const runtime = join(folder, 'runtime')
  mkdirSync(runtime)
  const packages = join(system, 'var/cache/apt/archives')
  for (const name of RUNTIME_PACKAGES) run('sh', '-c', `dpkg-deb --extract ${packages}/${name}_*.deb ${runtime}`)
  run('sh', '-c', `rm ${packages}/*.deb`)

  install(runtime, 'nodejs/bin/node')
  for (const name of ['tmp', 'proc', 'dev', 'sys']) mkdirSync(join(runtime, name), { recursive: true })
  chmodSync(join(runtime, 'tmp'), 0o1777)
  writeFileSync(
    join(runtime, 'etc/passwd'),
    'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532::/home/nonroot:\n'
  )

  install(system, 'usr/local/bin/node')
  const modules = join(system, 'usr/local/lib/node_modules')
  mkdirSync(modules, { recursive: true })
  cpSync(join(run('npm', 'root', '--global').trim(), 'npm'), join(modules, 'npm'), { recursive: true })
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(system, 'usr/local/bin/npm'))

  importAs(engine, system, names.build, [])
  importAs(engine, runtime, names.run, ['--change', 'ENTRYPOINT ["/nodejs/bin/node"]', '--change', 'USER 65532'])
}

/** Node, and the authorities that this machine trusts. */
function install(root: string, node: string): void {
  mkdirSync(dirname(join(root, node)), { recursive: true })
  cpSync(realpathSync(process.execPath), join(root, node))
  mkdirSync(join(root, dirname(CERTIFICATES)), { recursive: true })
  cpSync(realpathSync(CERTIFICATES), join(root, CERTIFICATES))
}

function importAs(engine: Engine, root: string, name: string, changes: readonly string[]): void {
  const archive = `${root}.tar`
  run('tar', '--create', '--file', archive, '--directory', root, '.')
  engine.ask('import', '--change', `ENV PATH=${SYSTEM_PATH}`, ...changes, archive, name)
  rmSync(archive)
  rmSync(root, { recursive: true })
}

function run(command: string, ...args: string[]): string {
  const { code, stdout, stderr } = execute(command, args)
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${(stderr || stdout).slice(-2000)}`)
  return stdout
}
