import t from 'tap'
import { catalogueOf, english, LANGUAGES, wholeCatalogue } from '../../src/presentation/catalogues.ts'
import { formatsOf } from '../../src/presentation/formats.ts'
import { hasDirectionMarks, plainText } from '../../src/presentation/plain-text.ts'
import { SIZE_UNITS } from '../../src/presentation/units.ts'
import { createWords, reword, wordsOf } from '../../src/presentation/words.ts'

const GB = 1024 ** 3

/** Intl's spaces are of several kinds. */
const spaced = (text: string) => text.replace(/\s/g, ' ')

const GAPS = /^\d[\d.,'\u00A0\u202F]*[\u00A0\u202F]?[\p{L}\p{M}]+$/u

t.test('sizes follow the language: its decimal sign, its unit, cut at two decimals', async t => {
  const size = (language: string, bytes: number) => spaced(wordsOf(language).size(bytes))
  t.equal(size('fr', Math.floor(1.4 * GB) + 1), '1,4 Go')
  t.equal(size('ru', Math.floor(1.4 * GB) + 1), '1,4 ГБ')
  t.equal(size('en', Math.floor(1.4 * GB) + 1), '1.4 GB')
  t.equal(size('de', 2 * GB - 1), '1,99 GB', 'one byte under the limit is not the limit')
  t.equal(size('ar', 2 * GB), '2 غيغابايت')
  t.equal(wordsOf('fr').unit('gigabyte'), 'Go')
  t.equal(wordsOf('fr').unit('gigabyte'), 'Go', 'also the second time')
})

t.test('a number and its unit stay together, by a space where the language has one', async t => {
  t.equal(wordsOf('en').size(0), '0\u00A0B')
  t.equal(wordsOf('en').size(GB), '1\u00A0GB')
  t.equal(wordsOf('uk').size(0), '0\u00A0Б')
  t.equal(wordsOf('fr').size(0), '0\u202Fo')
  t.equal(wordsOf('ko').size(1.5 * GB), '1.5GB')
  t.equal(wordsOf('he').size(1), '1\u00A0B')
  t.equal(wordsOf('sl').size(1), '1\u00A0B', 'abbreviated also where CLDR writes out one')
})

t.test('all sizes of a language are abbreviated, or all are written out', async t => {
  const units = SIZE_UNITS.map((_, power) => spaced(wordsOf('ar').size(3 * 1024 ** power)))
  t.strictSame(units, ['3 بايت', '3 كيلوبايت', '3 ميغابايت', '3 غيغابايت', '3 تيرابايت', '3 بيتابايت'])
})

t.test(
  'digits other than 0 to 9 stand only where CLDR has them by default, and never in what Wix may count',
  async t => {
    for (const language of LANGUAGES) {
      const { numberingSystem } = new Intl.NumberFormat(language).resolvedOptions()
      const ascii = /^[\d\s.,]+$/.test(wordsOf(language).number(1_234_567))
      t.equal(ascii, numberingSystem === 'latn', language)
    }
    const cairo = wordsOf('ar', 'ar-EG')
    t.equal(cairo.number(12), '١٢')
    t.equal(spaced(cairo.size(1.5 * GB)), '١٫٥ غيغابايت')
    t.equal(spaced(cairo.asciiSize(1.5 * GB)), '1.5 غيغابايت')
  }
)

t.test('nothing of what Intl writes has marks of direction, and every size is read number first', async t => {
  for (const language of LANGUAGES) {
    const formats = formatsOf(language)
    const moment = new Date('2026-12-05T04:05:06Z')
    const texts = [formats.percent(93), formats.date(moment), formats.time(moment)]
    texts.push(formats.dayAndTime(moment, time => time))
    t.notMatch(formats.percent(93), / /, `${language} keeps a percentage together`)
    for (const [power, unit] of SIZE_UNITS.entries()) {
      texts.push(formats.unit(unit))
      for (const amount of [1, 2, 5, 1.5]) {
        const size = formats.size(Math.floor(amount * 1024 ** power))
        t.match(size, GAPS, `${language}: ${size}`)
        texts.push(size)
      }
    }
    t.strictSame(texts.filter(hasDirectionMarks), [], language)
  }
  t.equal(plainText('\u200F9\u200E3%\u061C\u2066x\u2069'), '93%x')
})

t.test("words stay the language's while numbers and dates are the region's", async t => {
  const december = new Date('2026-12-05T14:05:00Z')
  const used = Math.floor(1.866 * GB)
  t.equal(spaced(wordsOf('es').size(used)), '1,86 GB')
  t.equal(spaced(wordsOf('es', 'es-MX').size(used)), '1.86 GB')
  t.equal(wordsOf('de', 'de-CH').number(1001), "1'001")
  t.equal(
    wordsOf('de', 'de-CH').say('tooltip.near-limit.count', { used: 1000, limit: 1001, remaining: 1 }),
    "1'000 von 1'001 genutzt, noch 1 übrig."
  )
  t.equal(wordsOf('en', 'en-GB').date(december), '5 December 2026')
  t.equal(wordsOf('en', 'en-GB').dayAndTime(december), '5 December at 14:05 UTC')
  t.equal(wordsOf('fr', 'fr-CA').time(december), '14 h 05 UTC')
})

t.test('a bounded number of formats is kept', async t => {
  const swiss = wordsOf('de', 'de-CH')
  t.equal(wordsOf('de', 'de-CH'), swiss)
  const regions = Array.from({ length: 26 * 4 }, (_, n) => `${'EFGH'[n % 4]}${String.fromCharCode(65 + (n >> 2))}`)
  for (const region of regions) wordsOf('de', `de-${region}`)
  t.not(wordsOf('de', 'de-CH'), swiss)
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
  t.equal(wordsOf('zh-Hant').time(evening), '21:05 UTC')
  t.equal(wordsOf('hi').time(evening), '21:05 बजे UTC')
  t.equal(wordsOf('hi').dayAndTime(evening), '5 दिसंबर को 21:05 बजे UTC', "with CLDR's own o'clock only once")
  t.equal(wordsOf('vi').dayAndTime(evening), 'lúc 21:05 UTC 5 tháng 12', 'where the time comes first')
  const own = reword(wordsOf('en'), new Map([['time.utc', '{time} (UTC)']]))
  t.equal(own.dayAndTime(evening), 'December 5 at 21:05 (UTC)', 'the words around it may be the maker’s own')
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
  t.equal(words.tell('button.upgrade'), 'Go <b>Pro</b>')
  t.equal(words.join(['A.', 'B.']), 'A. B.')
  t.equal(reword(words, new Map([['tooltip.two-sentences', '{first} – {second}']])).join(['A.', 'B.']), 'A. – B.')
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

t.test(
  "an adapter's names may be worded differently, and numbers in own wordings have no marks of direction",
  async t => {
    const own = new Map([
      ['docspace.plan.startup', 'Acme Start'],
      ['tooltip.near-limit.count', '{used, number, percent}']
    ])
    const words = reword(wordsOf('en'), own)
    t.equal(words.name('docspace.plan.startup'), 'Acme Start')
    t.equal(words.name('docspace.plan.business'), 'Business')
    const arabic = reword(wordsOf('ar'), own).say('tooltip.near-limit.count', { used: 0.93 })
    t.equal(arabic, '93%')
    t.match(new Intl.NumberFormat('ar', { style: 'percent' }).format(0.93), '\u200E', 'of which Intl writes some')
  }
)
