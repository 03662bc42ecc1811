// A copy of the tree in which a test adds what a developer would, and runs what a developer runs.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'

export interface TreeCopy {
  /** Where it is. */
  path: string
  write(path: string, text: string): void
  /** Runs a shell command in it. */
  run(command: string): SpawnSyncReturns<string>
}

/** The sources, without the tests. */
export function copyTree(t: Pick<Test, 'testdir'>): TreeCopy {
  const copy = t.testdir()
  for (const part of ['src', 'package.json', 'tsconfig.json', 'biome.json', 'openapi.yaml'])
    cpSync(part, join(copy, part), { recursive: true })
  symlinkSync(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'))
  return {
    path: copy,
    write(path, text) {
      mkdirSync(dirname(join(copy, path)), { recursive: true })
      writeFileSync(join(copy, path), text)
    },
    // Without what tap puts in front of every program, which the compiler does not bear.
    run: command => spawnSync('sh', ['-c', `unset NODE_OPTIONS; ${command}`], { cwd: copy, encoding: 'utf8' })
  }
}
