// What the image is and holds.
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AS_IN_IMAGE } from '../helpers/process.ts'
import type { Engine } from './engine.ts'
import { execute } from './execute.ts'
import { type Check, IMAGE } from './image.ts'

const MEGABYTES_MAX = 200

const inspect = (engine: Engine) => JSON.parse(engine.ask('image', 'inspect', IMAGE))[0]

/** Every path in the image, without a slash in front. */
function pathsOf(engine: Engine, folder: string): string[] {
  const archive = join(folder, 'image.tar')
  const container = engine.ask('create', IMAGE)
  engine.ask('export', '--output', archive, container)
  engine.ask('rm', container)
  return execute('tar', ['--list', '--file', archive])
    .stdout.split('\n')
    .map(path => path.replace(/^\.?\//, ''))
}

/** What `npm ci --omit=dev` installs, on any system, by its path. */
function lockedForProduction(): { needed: string[]; allowed: Set<string> } {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  const inProduction = Object.keys(packages).filter(path => path !== '' && !packages[path].dev)
  return { needed: inProduction.filter(path => !packages[path].optional), allowed: new Set(inProduction) }
}

export const contentChecks: Check[] = [
  {
    name: `it is smaller than ${MEGABYTES_MAX} MB`,
    hold(engine) {
      const { Size } = inspect(engine)
      ok(Size > 0 && Size < MEGABYTES_MAX * 1e6, `it has ${Size} bytes`)
      return `${Math.round(Size / 1e6)} MB`
    }
  },
  {
    name: 'its user is given by number and has no rights, and memory is swept up',
    hold(engine) {
      const { User, Entrypoint, Env } = inspect(engine).Config
      equal(User, '1000:1000')
      deepEqual(Entrypoint, ['node', ...AS_IN_IMAGE.options, 'dist/main.js'])
      const wanted = { NODE_ENV: 'production', ...AS_IN_IMAGE.environment }
      for (const [name, value] of Object.entries(wanted)) ok(Env.includes(`${name}=${value}`))
      return undefined
    }
  },
  {
    name: 'its health check needs no shell',
    hold(engine) {
      const { Config, Healthcheck = Config.Healthcheck } = inspect(engine)
      deepEqual(Healthcheck.Test, ['CMD', 'node', 'dist/health-check.js'])
      return undefined
    }
  },
  {
    name: 'its labels are those of the OCI',
    hold(engine) {
      const { Labels } = inspect(engine).Config
      const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
      const prefix = 'org.opencontainers.image.'
      equal(Labels[`${prefix}version`], version)
      equal(Labels[`${prefix}licenses`], 'MIT')
      for (const name of ['title', 'description', 'revision', 'base.name']) match(Labels[prefix + name], /\w/, name)
      return `${Labels[`${prefix}title`]} ${Labels[`${prefix}version`]}`
    }
  },
  {
    name: 'it holds the bundle, every catalogue and what production needs, and nothing else',
    hold(engine, folder) {
      const paths = new Set(pathsOf(engine, folder))
      const programs = ['main', 'worker', 'health-check', 'adapter'].map(name => `src/${name}.ts`)
      const beside = globSync(['src/**/messages/*.json', 'src/browser/*.{ts,css}'])
      const expected = [...programs, ...beside].map(
        file => `app/${file.replace('src', 'dist').replace(/\.ts$/, '.js')}`
      )
      expected.push('app/package.json', 'app/openapi.yaml', 'app/LICENSE')
      deepEqual(
        expected.filter(path => !paths.has(path)),
        [],
        'missing'
      )
      const inApp = [...paths].filter(path => /^app\/[^/]+./.test(path) && !path.endsWith('/'))
      const [parts = [], others = []] = [true, false].map(wanted =>
        inApp.filter(path => /^app\/dist\/[^/]+-[A-Z0-9]{8}\.js(\.LEGAL\.txt)?$/.test(path) === wanted)
      )
      const ours = others.filter(path => !path.startsWith('app/node_modules/'))
      deepEqual(ours.toSorted(), expected.toSorted())
      deepEqual(
        others.filter(path => /\/node_modules\/.*\.[cm]?[jt]s$/.test(path)),
        [],
        'code beside the bundle'
      )
      const catalogues = ours.filter(path => path.includes('/messages/'))
      return `${catalogues.length} catalogues, ${ours.length} files of ours, ${parts.length} parts of the bundle`
    }
  },
  {
    name: 'it holds no development dependency, and every other one',
    hold(engine, folder) {
      const installed = pathsOf(engine, folder)
        .filter(path => /^app\/(.*\/)?node_modules\/(@[^/]+\/)?[^/@.][^/]*\/package\.json$/.test(path))
        .map(path => path.slice('app/'.length, -'/package.json'.length))
      const { needed, allowed } = lockedForProduction()
      deepEqual(
        installed.filter(path => !allowed.has(path)),
        []
      )
      deepEqual(
        needed.filter(path => !installed.includes(path)),
        []
      )
      return `${installed.length} packages`
    }
  },
  {
    name: 'it holds no shell and no npm',
    hold(engine, folder) {
      deepEqual(
        pathsOf(engine, folder).filter(path =>
          /^(usr\/)?(local\/)?bin\/((ba|da)?sh|busybox|npm|npx|corepack)$/.test(path)
        ),
        []
      )
      return undefined
    }
  }
]
