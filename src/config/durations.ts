// Durations as the configuration writes them.
import type { Mistake } from '../mistakes.ts'
import { Type } from '../schema.ts'

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The schema of a duration such as `2500ms`, `60s`, `24h`. */
export function Duration(options: { default: string; description: string }) {
  return Type.String({
    pattern: '^(0|[1-9]\\d{0,8})(ms|s|m|h|d)$',
    form: 'a duration',
    ...options,
    description: `${options.description}; a number with ms, s, m, h or d`,
    examples: [options.default]
  })
}

/** Milliseconds of a duration that the schema has accepted. */
export function durationMs(text: string): number {
  const amount = Number.parseInt(text, 10)
  return amount * (UNIT_MS[text.slice(String(amount).length)] ?? Number.NaN)
}

/** What is wrong with a duration that must lie between two; undefined when nothing is. */
export function durationMistake(
  text: string,
  { min, max }: { min: string; max: string }
): Pick<Mistake, 'found' | 'message'> | undefined {
  const ms = durationMs(text)
  const isBetween = ms >= durationMs(min) && ms <= durationMs(max)
  return isBetween ? undefined : { found: text, message: `but must lie between ${min} and ${max}` }
}
