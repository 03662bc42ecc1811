// The configuration as it was written: where each key stands, and which variables and files it names.
import { readFileSync } from 'node:fs'
import { parseYaml, type YamlFile } from '../config/document.ts'
import { fillPlaceholders } from '../config/placeholders.ts'
import type { Mistake } from '../mistakes.ts'

export interface Placeholder {
  /** A variable's name, or `file:` and a path. */
  name: string
  /** Every place that names it: keys from the top inwards. */
  places: string[][]
}

export interface Written {
  text: string
  /** Parsed, placeholders as they are; undefined when it is not YAML. */
  value: unknown
  placeholders: Placeholder[]
  /** The line of a place, or of the nearest key above it that stands in the file. */
  lineOf(path: readonly string[]): number | undefined
}

/** What a placeholder stands for now, and what is wrong with it by itself. */
export function lookUp(
  name: string,
  environment: NodeJS.ProcessEnv
): { value: string | undefined; mistake: string | undefined } {
  const mistakes: Mistake[] = []
  const { fillings } = fillPlaceholders(`\${${name}}`, environment, mistakes)
  return { value: fillings[0]?.value, mistake: mistakes[0]?.message }
}

const PLACEHOLDER = /\$\{([^}]*)\}/g

/** Reads a file; undefined when it cannot be read. */
export function readWritten(file: string): Written | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
  const { value, lineOf } = parse(text)
  return { text, value, placeholders: placeholdersOf(value), lineOf }
}

function parse(text: string): Pick<YamlFile, 'lineOf'> & { value: unknown } {
  try {
    return parseYaml(text)
  } catch {
    // Why it is no YAML is told by whoever reads the configuration.
    return { value: undefined, lineOf: () => undefined }
  }
}

function placeholdersOf(value: unknown): Placeholder[] {
  const found = new Map<string, string[][]>()
  for (const [path, text] of textsOf(value)) {
    for (const [, name = ''] of text.matchAll(PLACEHOLDER)) found.set(name, [...(found.get(name) ?? []), path])
  }
  return [...found].map(([name, places]) => ({ name, places }))
}

/** Every text in a value, with where it stands. */
export function* textsOf(value: unknown, path: string[] = []): Generator<[path: string[], text: string]> {
  if (typeof value === 'string') yield [path, value]
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* textsOf(item, [...path, key])
  }
}

/** Shell lines that set anew the variables which a place, or what is within it, names. */
export function variablesToSet(written: Written | undefined, place: readonly string[]): { paste?: string[] } {
  const within = (path: readonly string[]) => place.every((key, depth) => path[depth] === key)
  const names = (written?.placeholders ?? []).filter(
    ({ name, places }) => !name.startsWith('file:') && places.some(within)
  )
  return names.length === 0 ? {} : { paste: names.map(({ name }) => `export ${name}=…`) }
}
