import t from 'tap'
import { catalogueOf, english, LANGUAGES, wholeCatalogue } from '../../src/presentation/catalogues.ts'
import { hasDirectionMarks, plainText } from '../../src/presentation/plain-text.ts'
import { SIZE_UNITS } from '../../src/presentation/units.ts'
import { createWords, reword, wordsOf } from '../../src/presentation/words.ts'

const GB = 1024 ** 3

/** Intl's spaces are of several kinds. */
const spaced = (text: string) => text.replace(/\s/g, ' ')

t.test('sizes follow the language: its decimal sign, its unit, cut at two decimals', async t => {
  const size = (language: string, bytes: number) => spaced(wordsOf(language).size(bytes))
  t.equal(size('fr', Math.floor(1.4 * GB) + 1), '1,4 Go')
  t.equal(size('ru', Math.floor(1.4 * GB) + 1), '1,4 ГБ')
  t.equal(size('en', Math.floor(1.4 * GB) + 1), '1.4 GB')
  t.equal(size('de', 2 * GB - 1), '1,99 GB', 'one byte under the limit is not the limit')
  t.equal(size('ar', 2 * GB), '2 غ.ب')
  t.equal(wordsOf('fr').unit('gigabyte'), 'Go')
  t.equal(wordsOf('fr').unit('gigabyte'), 'Go', 'also the second time')
})

t.test('digits other than 0 to 9 stand only where CLDR has them by default', async t => {
  for (const language of LANGUAGES) {
    const { numberingSystem } = new Intl.NumberFormat(language).resolvedOptions()
    const ascii = /^[\d\s.,]+$/.test(wordsOf(language).number(1_234_567))
    t.equal(ascii, numberingSystem === 'latn', language)
  }
  t.equal(createWords('ar-EG', catalogueOf('ar')).number(12), '١٢')
})

t.test('nothing of what Intl writes has marks of direction, and every size is read number first', async t => {
  for (const language of LANGUAGES) {
    const words = wordsOf(language)
    const moment = new Date('2026-12-05T04:05:06Z')
    const texts = [words.percent(93), words.date(moment), words.time(moment), words.dayAndTime(moment)]
    for (const [power, unit] of SIZE_UNITS.entries()) {
      texts.push(words.unit(unit))
      for (const amount of [1, 2, 5, 1.5]) {
        const size = words.size(Math.floor(amount * 1024 ** power))
        t.match(size, /^\d.*\D$/, `${language}: ${size}`)
        texts.push(size)
      }
    }
    t.strictSame(texts.filter(hasDirectionMarks), [], language)
  }
  t.equal(wordsOf('he').size(1), '1\u00A0B')
  t.equal(plainText('\u200F9\u200E3%\u061C\u2066x\u2069'), '93%x')
})

t.test('plurals follow CLDR', async t => {
  const left = (language: string, remaining: number) =>
    spaced(wordsOf(language).say('tooltip.near-limit.count', { used: 10_000 - remaining, limit: 10_000, remaining }))
  t.equal(left('pt-BR', 1), 'Uso: 9.999 de 10.000, resta 1.')
  t.equal(left('pt-BR', 2), 'Uso: 9.998 de 10.000, restam 2.')
  t.match(left('cs', 1), /zbývá 1/)
  t.match(left('cs', 3), /zbývají 3/)
  t.match(left('cs', 5), /zbývá 5/)
})

t.test('a time is told in UTC, and on 24 hours in every language', async t => {
  const evening = new Date('2026-12-05T21:05:00Z')
  for (const language of LANGUAGES) t.match(wordsOf(language).time(evening), /21[:.]05/, language)
  t.equal(wordsOf('en').time(evening), '21:05 UTC')
  t.equal(wordsOf('de').dayAndTime(evening), '5. Dezember um 21:05 UTC')
})

t.test('messages may be worded differently, each for itself', async t => {
  const own = new Map([
    ['button.upgrade', 'Go <b>Pro</b>'],
    [
      'tooltip.near-limit.count',
      '{used, number, ::.00} / {limit, number, percent}, {remaining, selectordinal, one {#st} other {#th}}'
    ]
  ])
  const words = reword(wordsOf('en'), own)
  const values = { used: 9, limit: 10, remaining: 1 }
  t.equal(words.say('button.upgrade'), 'Go <b>Pro</b>')
  t.equal(words.say('tooltip.near-limit.count', values), '9.00 / 1,000%, 1st')
  t.equal(words.say('tooltip.near-limit.count', { ...values, remaining: 4 }), '9.00 / 1,000%, 4th')
  t.equal(words.say('button.renew'), 'Renew')
})

t.test('a catalogue that lacks a message stops the start, and an unknown language is told in English', async t => {
  t.throws(
    () => wholeCatalogue('xx', { ...english, 'button.pay': 5 }),
    /messages of xx lack button\.pay; npm run messages/
  )
  t.throws(() => wholeCatalogue('xx', null), /messages of xx lack plan\.unnamed/)
  t.equal(catalogueOf('xx')['button.pay'], 'Pay now')
})

t.test("dates and times are UTC's, wherever the server stands", async t => {
  const before = process.env.TZ
  // Fourteen hours ahead.
  process.env.TZ = 'Pacific/Kiritimati'
  t.teardown(() => {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  })
  const evening = new Date('2026-12-05T21:05:00Z')
  t.equal(evening.getDate(), 6)
  const words = createWords('en', catalogueOf('en'))
  t.equal(words.date(evening), 'December 5, 2026')
  t.equal(words.dayAndTime(evening), 'December 5 at 21:05 UTC')
})
