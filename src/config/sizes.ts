// Sizes as the configuration writes them.
import { Type } from '../schema.ts'

const UNIT_BYTES: Record<string, number> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

/** The schema of a size such as `512KiB`, `10MiB`. */
export function Size(options: { default: string; description: string }) {
  return Type.String({
    pattern: '^(0|[1-9]\\d{0,5})(B|KiB|MiB|GiB)$',
    form: 'a size',
    ...options,
    description: `${options.description}; a number with B, KiB, MiB or GiB`,
    examples: [options.default]
  })
}

/** Bytes of a size that the schema has accepted. */
export function sizeBytes(text: string): number {
  const amount = Number.parseInt(text, 10)
  return amount * (UNIT_BYTES[text.slice(String(amount).length)] ?? Number.NaN)
}
