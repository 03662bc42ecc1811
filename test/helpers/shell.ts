// Command lines as they stand in the documentation, typed in a folder of the test's own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { commandLine, PROGRAM } from './process.ts'

/** The lines of the code blocks below a heading of a page, up to the next heading of its kind. */
export function commandsBelow(page: string, heading: string): string[] {
  const [, section = ''] = readFileSync(page, 'utf8').split(`\n## ${heading}\n`)
  const [text = ''] = section.split('\n## ')
  return [...text.matchAll(/^```bash\n(.*?)^```$/gms)].flatMap(([, block = '']) => block.trim().split('\n'))
}

export interface Typed {
  code: number
  out: string
  err: string
}

/** A shell in which `quota-bridge` is this program. */
export function shellIn(
  folder: string,
  program = PROGRAM
): (line: string, environment?: NodeJS.ProcessEnv) => Promise<Typed> {
  const bin = `${folder}/bin`
  mkdirSync(bin, { recursive: true })
  writeFileSync(`${bin}/quota-bridge`, `#!/bin/sh\nexec ${commandLine(resolve(program)).join(' ')} "$@"\n`)
  chmodSync(`${bin}/quota-bridge`, 0o755)
  return async (line, environment = {}) => {
    const child = spawn('sh', ['-c', line], {
      cwd: folder,
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, ...environment },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    const typed: Typed = { code: -1, out: '', err: '' }
    child.stdout.on('data', chunk => {
      typed.out += chunk
    })
    child.stderr.on('data', chunk => {
      typed.err += chunk
    })
    const [code, signal] = await once(child, 'close')
    typed.code = code ?? signal
    return typed
  }
}
