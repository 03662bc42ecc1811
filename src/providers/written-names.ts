// What adapters that are told everything in the configuration have in common: names for readers, and addresses.
import { Type } from '../schema.ts'

/** An absolute http or https URL. */
export const WebAddress = Type.String({
  format: 'uri',
  pattern: '^https?://\\S+$',
  description: 'a web address',
  examples: ['https://example.com/upgrade']
})

/** One text for all readers, or a text for each language. */
export function Name(example: string) {
  return Type.Union(
    [
      Type.String({ minLength: 1 }),
      Type.Record(
        Type.String({ pattern: '^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\\d{3}))?$' }),
        Type.String({ minLength: 1 }),
        { additionalProperties: false, minProperties: 1 }
      )
    ],
    {
      description: 'what the reader sees: one text, or a text for each language, by tags such as en, pt-BR, zh-Hant',
      examples: [example]
    }
  )
}
