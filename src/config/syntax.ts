// Why a file is not YAML, told so that somebody who does not know YAML well finds what to change.
import type { YAMLError } from 'yaml'

/** What the parser found first, as a sentence. Of the file it quotes placeholders and keys alone: a value may be a secret. */
export function syntaxMistake(
  { code, message, pos }: Pick<YAMLError, 'code' | 'message' | 'pos'>,
  text: string
): string {
  return `The file is not YAML: ${explain(code, message, text, pos[0])}`
}

/** For `*name` where nothing is called so: mostly a `*` that was meant as such. */
export function aliasMistake(name: string): string {
  return `The file is not YAML as it is meant: what begins with * needs quotes; write "*${name}".`
}

function explain(code: string, message: string, text: string, offset: number): string {
  // In flow collections { begins a mapping, also behind a $.
  if (text.slice(offset - 1, offset + 1) === '${') return quotesMissing(text, offset)
  if (code === 'BAD_ALIAS') return 'what begins with * needs quotes; write "*".'
  if (code === 'TAG_RESOLVE_FAILED')
    return 'a value that begins with ! is a tag, and there are none here; write ${NAME} for a value of the environment.'
  if (code === 'MULTIPLE_DOCS') return 'it holds several documents; take out the line --- and what does not belong.'
  if (code === 'TAB_AS_INDENT') return 'a line is indented by a tab; indent by blanks.'
  const line = text.split('\n')[text.slice(0, offset).split('\n').length - 1] ?? ''
  if (text.includes('-----BEGIN') && /^\s*[\w+/=]{16,}\s*$|-----(BEGIN|END)/.test(line))
    return 'a text of several lines, such as a PEM, begins with | behind its key and is indented below; or write ${NAME}.'
  const [, key] = /^\s*(?:- )?([\w.-]+):(?!\/\/)[^\s]/.exec(line) ?? []
  if (key !== undefined) return `a blank is missing behind ${key}:`
  const reason = message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '')
  // The parser quotes what it stumbled over.
  return `${reason?.replace(/: ".*"$/, '')}.`
}

const TYPOGRAPHIC_QUOTES = ['“', '”', '„', '‘', '’']

function quotesMissing(text: string, offset: number): string {
  const [before = ''] = /[^\s,[{]*$/.exec(text.slice(0, offset - 1)) ?? []
  const [placeholder = '${NAME}'] = /^\$\{[^}\n]*\}/.exec(text.slice(offset - 1)) ?? []
  if (TYPOGRAPHIC_QUOTES.some(quote => before.includes(quote)))
    return `typographic quotes are no quotes; write "${placeholder}".`
  return `inside braces and brackets a placeholder needs quotes; write "${before === '' ? '' : '…'}${placeholder}".`
}
