// The file as YAML: its values, where each of them stands, and what was written twice.
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import { ConfigurationError, type Mistake } from '../mistakes.ts'
import { aliasMistake, syntaxMistake } from './syntax.ts'

export interface YamlFile {
  /** Plain values. */
  value: unknown
  /** Keys that stand twice; the later one is in `value`. */
  mistakes: Mistake[]
  /** The line on which a place stands, or the nearest place around it; undefined where there is none. */
  lineOf(path: readonly string[]): number | undefined
}

/**
 * Parses YAML, and so JSON too.
 * @throws {ConfigurationError} when it is none, or no mapping
 */
export function parseYaml(text: string): YamlFile {
  if (/[\0\uFFFD]/.test(text)) throw wrong('The file is not text in UTF-8; save it in that encoding.')
  const lines = new LineCounter()
  const lineAt = (offset: number) => lines.linePos(offset).line
  // Read on behind a key that stands twice, so that all mistakes are told at once.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, logLevel: 'error' })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem) throw wrong(syntaxMistake(problem, text), lineAt(problem.pos[0]))
  visit(document, {
    Alias(_key, alias) {
      if (!alias.resolve(document)) throw wrong(aliasMistake(alias.source), lineAt(alias.range?.[0] ?? 0))
    },
    Pair(_key, { key }) {
      if (isNode(key) && !isScalar(key)) throw wrong(COLLECTION_AS_KEY, lineAt(key.range?.[0] ?? 0))
    }
  })
  const { contents } = document
  if (contents === null || (isScalar(contents) && contents.value === null))
    throw wrong(
      'The file is empty; start from docker/quota-bridge.yaml of the sources, and find every key in docs/reference.md.'
    )
  if (!isMap(contents))
    throw wrong('The file must be a mapping: wix:, providers:, actions: at the beginning of a line.')
  return {
    value: valuesOf(document),
    mistakes: keysTwice(document, lineAt),
    lineOf(path) {
      for (let depth = path.length; depth > 0; depth--) {
        const offset = offsetOf(document, path.slice(0, depth))
        if (offset !== undefined) return lineAt(offset)
      }
      return undefined
    }
  }
}

function wrong(message: string, line?: number): ConfigurationError {
  return new ConfigurationError([{ path: [], message, ...(line !== undefined && { line }) }])
}

const COLLECTION_AS_KEY =
  'The file is not YAML as it is meant: a brace or a bracket begins a mapping or a list; put the value in quotes, and write ${NAME} for a value of the environment.'

function valuesOf(document: Document): unknown {
  try {
    return document.toJS()
  } catch {
    throw wrong('The file repeats parts of itself (*name) too often to be a configuration; write them out.')
  }
}

function keysTwice(document: Document, lineAt: (offset: number) => number): Mistake[] {
  const mistakes: Mistake[] = []
  const look = (node: unknown, path: string[]): void => {
    if (isSeq(node)) for (const [index, item] of node.items.entries()) look(item, [...path, String(index)])
    if (!isMap(node)) return
    const first = new Map<string, number>()
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : ''
      const line = lineAt((isNode(key) && key.range?.[0]) || 0)
      const earlier = first.get(name)
      if (earlier === undefined) first.set(name, line)
      else {
        const message = `stands twice, on line ${earlier} and here; take one out, or give it another name`
        mistakes.push({ path: [...path, name], message, line })
      }
      look(value, [...path, name])
    }
  }
  look(document.contents, [])
  return mistakes
}

/** Where a key, or an item of a list, begins. */
function offsetOf(document: Document, path: readonly string[]): number | undefined {
  const last = path.at(-1)
  const parent = document.getIn(path.slice(0, -1), true)
  const node = isMap(parent)
    ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === last)?.key
    : isSeq(parent)
      ? parent.items[Number(last)]
      : undefined
  return isNode(node) ? node.range?.[0] : undefined
}
