import t from 'tap'
import { compileMessage, messageFormatters } from '../../src/presentation/messages.ts'

const say = (text: string, values: Record<string, string | number | Date>) =>
  compileMessage(text, 'de', messageFormatters('de')).format(values)

t.test('what ICU messages can format, they format in their language', async t => {
  t.equal(say('{a, number}', { a: 1234.5 }), '1.234,5')
  t.equal(say('{a, number, integer}', { a: 1234.5 }), '1.235')
  t.equal(say('{a, plural, one {eins} other {# Stück}}', { a: 2000 }), '2.000 Stück')
  t.equal(say('{a, date, long}', { a: new Date('2026-12-05T12:00:00Z') }), '5. Dezember 2026')
})

t.test('formatters are made once', async t => {
  const { getNumberFormat, getPluralRules } = messageFormatters('de')
  const options = { style: 'percent' as const }
  t.equal(getNumberFormat('de', options), getNumberFormat('de', options))
  t.equal(getNumberFormat('de'), getNumberFormat('de'))
  t.equal(getPluralRules('de'), getPluralRules('de', { type: 'cardinal' }))
  t.equal(getPluralRules('de', { type: 'ordinal' }).resolvedOptions().type, 'ordinal')
})
