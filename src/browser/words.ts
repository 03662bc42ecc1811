// The words that the page brought along, in its reader's language.
import { find } from './elements.ts'
import { PAGE_WORDS, type PageWord } from './page-words.ts'

const brought: unknown = JSON.parse(find('page', HTMLElement).dataset.words ?? '[]')
const known = new Map(PAGE_WORDS.map((key, index) => [key, Array.isArray(brought) ? String(brought[index]) : key]))

/** What a key says, its `{placeholders}` filled. */
export function say(key: PageWord, values: Readonly<Record<string, string>> = {}): string {
  const filled = (known.get(key) ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
  return filled
}

/** What a key of a family of keys says; the name itself where there is no such key. */
export function sayOf(family: string, name: string): string {
  const key = PAGE_WORDS.find(word => word === `${family}.${name}`)
  return key ? say(key) : name
}

/** The page's language, for numbers and dates. */
export const language = document.documentElement.lang

const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' })

/** A moment as readers write it, in their own zone. */
export function sayTime(iso: string): string {
  return moment.format(new Date(iso))
}

/** How long something takes or took. */
export function sayDuration(amount: number, unit: 'second' | 'millisecond'): string {
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(amount)
}
