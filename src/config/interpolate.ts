// `${NAME}` and `${file:PATH}` inside string values, replaced after parsing, so that a value's lines and quotes stay its own.
import { readFileSync } from 'node:fs'
import type { Mistake } from '../mistakes.ts'

const PLACEHOLDER = /\$\{([^}]*)\}/g

/**
 * A copy of a parsed document with every placeholder replaced. What cannot be replaced is told in `mistakes`.
 * A file's last line break is dropped, since editors and secret stores add one.
 */
export function interpolate(
  value: unknown,
  environment: NodeJS.ProcessEnv,
  mistakes: Mistake[],
  path: string[] = []
): unknown {
  if (typeof value === 'string') {
    return value.replace(PLACEHOLDER, (_whole, name: string) => {
      const found = name.startsWith('file:') ? readSecretFile(name.slice('file:'.length)) : environment[name]
      if (found === undefined) mistakes.push({ path, message: missing(name) })
      return found ?? ''
    })
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => interpolate(item, environment, mistakes, [...path, String(index)]))
  }
  if (typeof value !== 'object' || value === null) return value
  // fromEntries defines own properties, also for a key such as __proto__.
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, interpolate(item, environment, mistakes, [...path, key])])
  )
}

function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch {
    return undefined
  }
}

function missing(name: string): string {
  if (name.startsWith('file:'))
    return `names the file ${name.slice('file:'.length)}, which cannot be read; mount it, or correct the path`
  return `names the environment variable ${name}, which is not set; set it, or write the value here`
}
