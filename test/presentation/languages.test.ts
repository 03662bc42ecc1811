// Every language, as a site owner reads it: test/fixtures/languages/ is for its speakers to review.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import * as fc from 'fast-check'
import t from 'tap'
import { regionalReaders, sayAllCases, sayPages } from '../../src/devkit/language-cases.ts'
import { LANGUAGES } from '../../src/presentation/catalogues.ts'
import { isRightToLeft } from '../../src/presentation/isolates.ts'
import { chooseLanguage, chooseReading, textIn } from '../../src/presentation/languages.ts'
import { wordsOf } from '../../src/presentation/words.ts'
import { type ActionQuotaInfo, QuotaInfoAnswer } from '../../src/wix/contract.ts'

const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)
const isAnswer = ajv.compile(QuotaInfoAnswer)

const fixtures = new URL('../fixtures/languages/', import.meta.url)

/** The case whose numbers are texts. */
const IN_VALUE = 'sizes as text, of which nothing is used'
const isolated = /[\u2066\u2067]/

t.test('every language, and every region that writes it differently, has its expected answers', async t => {
  const readers = [...LANGUAGES, ...regionalReaders]
  for (const reader of readers) {
    const { language, formats } = chooseReading([reader], 'en')
    const answers = sayAllCases(wordsOf(language, formats))
    const text = `${JSON.stringify({ ...answers, pages: sayPages(wordsOf(language, formats)) }, null, 2)}\n`
    const file = new URL(`${reader}.json`, fixtures)
    if (process.env.UPDATE_ANSWERS) writeFileSync(file, text)
    t.equal(text, readFileSync(file, 'utf8'), reader)
    for (const [name, actionQuotaInfo] of Object.entries(answers)) {
      t.ok(isAnswer({ actionQuotaInfo }), `${reader}: ${name}`, { errors: isAnswer.errors })
    }
    t.equal(
      isolated.test(text),
      isRightToLeft(language),
      `${reader} has isolates only when it is read from right to left`
    )
    t.notMatch(text, /[\u061C\u200E\u200F]/, `${reader} has no other marks of direction`)
    const { [IN_VALUE]: inValue, ...plain } = answers
    for (const number of numbersOf(plain)) t.match(number, /^\d+(\.\d{1,2})?$/, `${reader}: ${number} is plain`)
    for (const size of numbersOf({ inValue }))
      t.match(size, /^[0-9.,\u00A0\u202F']+\D+$/, `${reader}: ${size} has ASCII digits`)
  }
  t.strictSame(readdirSync(fixtures).sort(), readers.map(reader => `${reader}.json`).sort())
})

function numbersOf(answers: Record<string, ActionQuotaInfo | undefined>): string[] {
  return Object.values(answers)
    .flatMap(answer => answer?.quotaInfo.flatMap(({ quotas }) => quotas) ?? [])
    .flatMap(({ currentUsage, limit = currentUsage }) => [currentUsage, limit])
}

t.test('there are the 32 languages that were asked for', async t => {
  const asked =
    'en ar bg cs da de el es fi fr he hi id it ja ko nb nl pl pt-BR pt-PT ro ru sk sl sv th tr uk vi zh-Hans zh-Hant'
  t.strictSame([...LANGUAGES].sort(), asked.split(' ').sort())
})

t.test('a reader gets the language that fits best', async t => {
  const expected = {
    'de-AT': 'de',
    'zh-TW': 'zh-Hant',
    'zh-HK': 'zh-Hant',
    'zh-MO': 'zh-Hant',
    zh: 'zh-Hans',
    'zh-SG': 'zh-Hans',
    'pt-PT': 'pt-PT',
    'pt-AO': 'pt-PT',
    'pt-BR': 'pt-BR',
    'pt-US': 'pt-BR',
    pt: 'pt-BR',
    mo: 'ro',
    no: 'nb',
    nn: 'nb',
    iw: 'he',
    in: 'id',
    'es-419': 'es',
    'en-GB': 'en',
    'EN-us': 'en',
    'ar-EG': 'ar',
    'de-CH-1996': 'de',
    'fr-u-nu-deva': 'fr'
  }
  for (const [tag, language] of Object.entries(expected)) {
    t.equal(chooseLanguage([tag], 'it'), language, tag)
    t.equal(
      chooseLanguage(['xx', tag, 'ja'], 'it'),
      tag === 'nn' ? 'ja' : language,
      `${tag}, and a farther one after it`
    )
  }
})

t.test('Azerbaijani and Armenian readers are told in the default, unless they list Russian', async t => {
  for (const tag of ['az', 'az-AZ', 'az-Cyrl-AZ', 'hy', 'hy-AM', 'und-AZ']) {
    t.equal(chooseLanguage([tag], 'en'), 'en', tag)
    t.equal(chooseLanguage([tag, 'ru'], 'en'), 'ru', `${tag}, and Russian`)
    t.equal(chooseLanguage([tag, 'tr-TR'], 'en'), 'tr', `${tag}, and Turkish`)
  }
  t.equal(chooseLanguage(['kk'], 'en'), 'ru', 'others are, as CLDR has it')
})

t.test("formats are of the reader's region where language and script are those of the answer", async t => {
  const expected = {
    'es-MX': 'es-MX',
    'es-419': 'es-419',
    'de-Latn-CH': 'de-CH',
    'zh-TW': 'zh-Hant-TW',
    'zh-HK': 'zh-Hant-HK',
    'pt-AO': 'pt-AO',
    'iw-IL': 'he-IL',
    'und-AT': 'de-AT',
    en: 'en',
    'nn-NO': 'nb',
    'ca-ES': 'es',
    'ar-Latn-EG': 'ar',
    'de-QQ': 'de',
    'de-XA': 'de',
    'de-DE-u-ca-buddhist': 'de-DE',
    'en-US-u-nu-arab': 'en-US',
    'hi-IN-u-nu-deva': 'hi-IN'
  }
  for (const [tag, formats] of Object.entries(expected)) t.equal(chooseReading([tag], 'it').formats, formats, tag)
  t.equal(chooseReading(['xx', 'fr', 'de-CH', 'fr-CA'], 'it').formats, 'fr', 'the best of its tags says')
  const odd = ['und', 'x-private', 'i-klingon', 'i-default', 'en-GB-oed', 'art-lojban', 'und-x-a', 'zxx', 'de-']
  for (const tag of odd) t.strictSame(chooseReading([tag], 'it'), { language: 'it', formats: 'it' }, tag)
})

t.test('a script that nobody writes the language in fits nothing, one that some do what it fits', async t => {
  const expected = {
    'ru-Cher': 'it',
    'he-Latn': 'it',
    'tlh-Cyrl': 'it',
    'ko-Hang': 'ko',
    'ja-Hira': 'ja',
    'zh-Hani': 'zh-Hans'
  }
  for (const [tag, language] of Object.entries(expected)) t.equal(chooseLanguage([tag], 'it'), language, tag)
})

t.test('unknown and malformed tags are passed over for the next listed, then for the default', async t => {
  const bad = ['xx', 'tlh', 'sw', 'und', '', '../../etc', 'de_AT', 'x'.repeat(30_000), 'x-private', 5, null, {}, ['de']]
  for (const tag of bad) {
    t.equal(chooseLanguage([tag, 'fr-CA'], 'it'), 'fr', `${String(tag).slice(0, 20)}, then French`)
    t.equal(chooseLanguage([tag], 'it'), 'it', `${String(tag).slice(0, 20)} alone`)
  }
  t.equal(chooseLanguage([], 'it'), 'it')
  t.equal(chooseLanguage([...bad, 'ja'], 'it'), 'ja')
})

t.test('at most 20 tags are looked at, and no list takes long', async t => {
  t.equal(chooseLanguage([...Array(19).fill('xx'), 'fr'], 'it'), 'fr')
  t.equal(chooseLanguage([...Array(20).fill('xx'), 'fr'], 'it'), 'it')
  t.equal(chooseLanguage(['de-1996-abcdefgh-abcdefgi-abcdefgj'], 'it'), 'de')
  t.equal(
    chooseLanguage(['de-CH-1996-abcdefgh-abcdefgi-abcdefgj'], 'it'),
    'it',
    'nor at one of more than 35 characters'
  )
  const started = performance.now()
  for (let i = 0; i < 100; i++) {
    t.equal(chooseLanguage(Array(5000).fill(`x${i}`.repeat(30_000)), 'it'), 'it')
    t.equal(chooseLanguage(Array(5000).fill(`../../${i}`), 'it'), 'it')
  }
  t.ok(performance.now() - started < 1000)
})

t.test('no list of tags is an error', async t => {
  const subtag = (pattern: RegExp) => fc.option(fc.stringMatching(pattern), { nil: '' })
  const tag = fc
    .tuple(
      fc.stringMatching(/^[a-z]{2,4}$/),
      subtag(/^-[A-Za-z]{4}$/),
      subtag(/^-([A-Z]{2}|[0-9]{3})$/),
      subtag(/^-[a-z]-[a-z]{2,8}$/)
    )
    .map(subtags => subtags.join(''))
  const odd = fc.constantFrom('und', 'und-x-a', 'zh-yue', 'i-default', 'en-XA', 'ps-PSACCENT', 'root', 'en-Zzzz')
  const tags = fc.array(fc.oneof(tag, odd, fc.string(), fc.anything()), { maxLength: 6 })
  fc.assert(fc.property(tags, list => [...LANGUAGES, 'default'].includes(chooseLanguage(list, 'default'))))
  t.pass()
})

t.test(
  "a text in several languages is told in the answer's, else in the default, in English, or in the first",
  async t => {
    const name = { sv: 'Brev', en: 'Emails', pt: 'E-mails' }
    t.equal(textIn('Emails', 'de', 'it'), 'Emails')
    t.equal(textIn(name, 'sv', 'it'), 'Brev')
    t.equal(textIn(name, 'pt-BR', 'it'), 'E-mails')
    t.equal(textIn(name, 'de', 'sv'), 'Brev')
    t.equal(textIn(name, 'de', 'it'), 'Emails')
    t.equal(textIn({ sv: 'Brev', pt: 'E-mails' }, 'de', 'it'), 'Brev')
    t.equal(textIn(name, 'sv', 'it'), 'Brev', 'also the second time')
  }
)
