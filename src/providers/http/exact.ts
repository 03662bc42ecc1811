// Numbers without rounding: rationals of any size, by fraction.js. https://www.npmjs.com/package/fraction.js
import Fraction from 'fraction.js'
import { JsonNumber } from './json.ts'

export type { Fraction }

/** As JSON writes numbers; https://www.rfc-editor.org/rfc/rfc8259#section-6 */
const FORM = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
/** More digits than any quota has; beyond, arithmetic would cost time. */
const DIGITS_MAX = 100

/** The number that a text is, as JSON writes them; undefined when it is none, or one of endless digits. */
export function readNumber(text: string): Fraction | undefined {
  const match = text.length <= DIGITS_MAX ? FORM.exec(text) : undefined
  if (!match) return undefined
  const [, sign, whole = '', decimals = '', exponent = '0'] = match
  const shift = Number(exponent) - decimals.length
  if (Math.abs(shift) > DIGITS_MAX) return undefined
  const digits = BigInt(`${sign}${whole}${decimals}`)
  const power = 10n ** BigInt(Math.abs(shift))
  return shift < 0 ? new Fraction(digits, power) : new Fraction(digits * power, 1n)
}

/** The number of a document's value: a number, or a text that is written like one. */
export function numberOf(value: unknown): Fraction | undefined {
  return value instanceof JsonNumber || typeof value === 'string'
    ? readNumber(typeof value === 'string' ? value : value.text)
    : undefined
}

/** A factor as the configuration writes it: `100`, `0.01`, `1/100`. Not zero, and not negative. */
export function readFactor(text: string): Fraction | undefined {
  const parts = text.split('/').map(readNumber)
  const [over, under, ...more] = parts.filter(part => part && part.s > 0n && part.n > 0n)
  if (!over || more.length > 0 || parts.length !== (under ? 2 : 1)) return undefined
  return under ? over.div(under) : over
}

/** The whole number that is shown, or in words why there is none. */
export function wholeNumber(number: Fraction): number | string {
  if (number.s < 0n) return 'is negative'
  if (number.d !== 1n) return 'is a fraction; scale or round makes whole numbers'
  return number.n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(number.n) : 'is too large to be exact'
}
