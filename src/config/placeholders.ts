// `${NAME}` and `${file:PATH}` inside string values, replaced after parsing, so that a value's lines and quotes stay its own.
import { type Mistake, nearestOf } from '../mistakes.ts'
import { type ReadFile, readWholeFile } from './files.ts'

const PLACEHOLDER = /\$\{([^}]*)\}/g
const NAME = /^[A-Za-z_]\w*$/

/** The placeholders of a text, as they are written. */
export function placeholdersIn(text: string): string[] {
  return text.match(PLACEHOLDER) ?? []
}

/** A placeholder, and the value that took its place. */
export interface Filling {
  placeholder: string
  value: string
}

export interface Filled {
  /** A copy of the document with every placeholder replaced. */
  value: unknown
  fillings: readonly Filling[]
  /** What was written at a place that a placeholder filled, in whole or in part; undefined where none did. */
  writtenAt(path: readonly string[]): string | undefined
}

/**
 * Replaces the placeholders of a parsed document. What cannot be replaced, and what was probably meant to be, is told in
 * `mistakes`. A value's last line break is dropped, since editors and secret stores add one.
 */
export function fillPlaceholders(
  document: unknown,
  environment: NodeJS.ProcessEnv,
  mistakes: Mistake[],
  readFile: ReadFile = readWholeFile
): Filled {
  const written = new Map<string, string>()
  const fillings: Filling[] = []
  const fill = (value: unknown, path: string[]): unknown => {
    if (typeof value === 'string') return fillText(value, path)
    if (Array.isArray(value)) return value.map((item, index) => fill(item, [...path, String(index)]))
    if (typeof value !== 'object' || value === null) return value
    // fromEntries defines own properties, also for a key such as __proto__.
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        if (key.includes('${')) mistakes.push({ path: [...path, key], message: IN_KEY })
        return [key, fill(item, [...path, key])]
      })
    )
  }
  const fillText = (text: string, path: string[]): string => {
    const tell = (message: string) => mistakes.push({ path, message })
    const unmeant = almostPlaceholder(text, environment)
    if (unmeant !== undefined) tell(unmeant)
    return text.replace(PLACEHOLDER, (placeholder, name: string) => {
      written.set(keyOf(path), text)
      const named = /^file:(.*)/s.exec(name)?.[1]
      const found = named === undefined ? fromEnvironment(name, environment) : fromFile(named, readFile)
      if ('mistake' in found) {
        tell(found.mistake)
        return ''
      }
      if (found.value === '' && placeholder === text)
        tell(`names ${found.what}, which is set, but empty; give it a value`)
      if (/^(["']).+\1$/s.test(found.value))
        tell(`names ${found.what}, whose value has quotes around it; take them out: docker's --env-file keeps them`)
      fillings.push({ placeholder, value: found.value })
      return found.value
    })
  }
  return { value: fill(document, []), fillings, writtenAt: path => written.get(keyOf(path)) }
}

const IN_KEY = 'is a key, where placeholders are not replaced; write the key itself'
const keyOf = (path: readonly string[]) => JSON.stringify(path)

type Found = { value: string; what: string } | { mistake: string }

function fromEnvironment(name: string, environment: NodeJS.ProcessEnv): Found {
  const value = environment[name]
  if (value !== undefined) return { value: value.replace(/\r?\n?$/, ''), what: `the environment variable ${name}` }
  // As shells, compose files and other programs write it.
  const [, meant] = /^(?:env[.:])?\s*([A-Za-z_]\w*)\s*(?::?[-?+=].*)?$/s.exec(name) ?? []
  if (meant !== undefined && meant !== name) {
    return {
      mistake: `has a placeholder that is not of the form \${NAME}, without defaults and blanks; write \${${meant}}`
    }
  }
  if (!NAME.test(name)) return { mistake: 'has a placeholder that names nothing; write ${NAME} or ${file:PATH}' }
  const near = nearestOf(name, Object.keys(environment))
  const hint = near ? `did you mean ${near}?` : 'set it, or write the value here'
  return { mistake: `names the environment variable ${name}, which is not set; ${hint}` }
}

function fromFile(path: string, readFile: ReadFile): Found {
  try {
    return { value: readFile(path).replace(/\r?\n$/, ''), what: `the file ${path}` }
  } catch (error) {
    const reason = WHY_UNREADABLE[error instanceof Error && 'code' in error ? String(error.code) : '']
    const remedy = 'mount it, or correct the path'
    return { mistake: `names the file ${path}, which cannot be read${reason ? ` (${reason})` : ''}; ${remedy}` }
  }
}

/** By the system's error code. */
export const WHY_UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is none',
  EACCES: 'this user may not',
  EISDIR: 'it is a folder; Docker makes one where what it shall mount does not exist'
}

/** What is wrong with a text that was probably meant to hold a placeholder. */
function almostPlaceholder(text: string, environment: NodeJS.ProcessEnv): string | undefined {
  const rest = text.replace(PLACEHOLDER, '')
  if (rest.includes('${')) return 'has a placeholder that does not end; write ${NAME} or ${file:PATH}'
  // As other programs write it; elsewhere in a text the same may mean itself.
  const [, whole] = /^(?:\$(\w+)|\$\((\w+)\)|\{\{\s*\$?\.?(\w+)\s*\}\}|%(\w+)%)$/.exec(rest)?.filter(Boolean) ?? []
  if (whole !== undefined && NAME.test(whole)) return `is ${rest}, which is not replaced; write \${${whole}}`
  const [, part] = [...rest.matchAll(/\$([A-Z_][A-Z0-9_]*)/g)].find(([, name = '']) => environment[name]) ?? []
  return part === undefined ? undefined : `has $${part}, which is not replaced; write \${${part}}`
}
