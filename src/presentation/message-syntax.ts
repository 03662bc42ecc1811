// What is wrong with a message, beside the English one of the same key: its syntax, its placeholders, its plurals.
import {
  isArgumentElement,
  isLiteralElement,
  isNumberElement,
  isPluralElement,
  isPoundElement,
  isSelectElement,
  type MessageFormatElement,
  type PluralElement,
  parse
} from '@formatjs/icu-messageformat-parser'
import { compileMessage, messageFormatters } from './messages.ts'
import { hasDirectionMarks } from './plain-text.ts'

/** How a message uses a placeholder: as a text that it is given, as a number that it writes itself, or in a way we never fill. */
type PlaceholderKind = 'text' | 'number' | 'other'

interface MessageForm {
  placeholders: Map<string, PlaceholderKind>
  plurals: PluralElement[]
}

/** @throws {SyntaxError} when it is not an ICU message */
function formOf(text: string): MessageForm {
  const form: MessageForm = { placeholders: new Map(), plurals: [] }
  visit(parse(text, { ignoreTag: true }), form)
  return form
}

/**
 * The placeholders of a message, and how it uses each.
 * @throws {SyntaxError} when it is not an ICU message
 */
export function placeholdersOf(text: string): ReadonlyMap<string, PlaceholderKind> {
  return formOf(text).placeholders
}

function visit(elements: MessageFormatElement[], form: MessageForm): void {
  for (const element of elements) {
    if (isLiteralElement(element) || isPoundElement(element)) continue
    const kind = kindOf(element)
    // What is a number anywhere in the message must be given as a number.
    if (form.placeholders.get(element.value) !== 'number') form.placeholders.set(element.value, kind)
    if (isPluralElement(element)) form.plurals.push(element)
    if (isPluralElement(element) || isSelectElement(element)) {
      for (const option of Object.values(element.options)) visit(option.value, form)
    }
  }
}

function kindOf(element: MessageFormatElement): PlaceholderKind {
  if (isArgumentElement(element)) return 'text'
  return isNumberElement(element) || isPluralElement(element) ? 'number' : 'other'
}

/** Everything in which a translation falls short of the English message, and of its own language's plurals. */
export function translationMistakes(english: string, text: string, language: string): string[] {
  const form = tryForm(text)
  if (typeof form === 'string') return [form]
  const wanted = formOf(english).placeholders
  const names = new Set([...wanted.keys(), ...form.placeholders.keys()])
  const placeholders = [...names]
    .filter(name => wanted.get(name) !== form.placeholders.get(name))
    .map(name => {
      if (!form.placeholders.has(name)) return `lacks {${name}}`
      if (!wanted.has(name)) return `has {${name}}, which English does not have`
      return `uses {${name}} as ${form.placeholders.get(name)}, but English as ${wanted.get(name)}`
    })
  const marks = hasDirectionMarks(text) ? ['has marks of direction, which may show as boxes'] : []
  return [...placeholders, ...form.plurals.flatMap(plural => pluralMistakes(plural, language)), ...marks]
}

function pluralMistakes({ value, options, pluralType = 'cardinal' }: PluralElement, language: string): string[] {
  const needed: string[] = new Intl.PluralRules(language, { type: pluralType }).resolvedOptions().pluralCategories
  const written = Object.keys(options).filter(category => !category.startsWith('='))
  const missing = needed.filter(category => !written.includes(category))
  const surplus = written.filter(category => !needed.includes(category))
  return [
    ...missing.map(category => `lacks the plural ${category} of {${value}}`),
    ...surplus.map(category => `has the plural ${category} of {${value}}, which ${language} does not have`)
  ]
}

/** What is wrong with the maker's own wording of a message, or undefined. It may leave out what English says. */
export function rewordingMistake(english: string, text: string, language: string): string | undefined {
  const form = tryForm(text)
  if (typeof form === 'string') return form
  const allowed = formOf(english).placeholders
  const listed = [...allowed.keys()].map(name => `{${name}}`).join(', ') || 'none'
  for (const [name, kind] of form.placeholders) {
    const given = allowed.get(name)
    if (given === undefined) return `has the placeholder {${name}}, but this message has ${listed}`
    if (kind === 'other' || (kind === 'number' && given === 'text')) {
      return `uses {${name}} in a way that cannot be filled; write {${name}} alone`
    }
  }
  return fillMistake(text, language, allowed)
}

/** Only filling a message shows a number format that does not exist, or that nothing is left to read. */
function fillMistake(text: string, language: string, allowed: MessageForm['placeholders']): string | undefined {
  try {
    const message = compileMessage(text, language, messageFormatters(language))
    for (const sample of [0, 1, 2, 5]) {
      const values = Object.fromEntries([...allowed].map(([name, kind]) => [name, kind === 'number' ? sample : 'x']))
      if (String(message.format(values)).trim() === '') return 'says nothing, but Wix shows no empty text'
    }
    return undefined
  } catch (error) {
    return notAMessage(error)
  }
}

function tryForm(text: string): MessageForm | string {
  try {
    return formOf(text)
  } catch (error) {
    return notAMessage(error)
  }
}

function notAMessage(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error)
  return `is not an ICU message (${reason}); write { and } around placeholders only, and '{' for the character`
}
