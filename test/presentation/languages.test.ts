// Every language, as a site owner reads it: test/fixtures/languages/ is for its speakers to review.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import * as fc from 'fast-check'
import t from 'tap'
import { sayAllCases } from '../../src/devkit/language-cases.ts'
import { LANGUAGES } from '../../src/presentation/catalogues.ts'
import { chooseLanguage, textIn } from '../../src/presentation/languages.ts'
import { hasDirectionMarks } from '../../src/presentation/plain-text.ts'
import { wordsOf } from '../../src/presentation/words.ts'
import { QuotaInfoAnswer } from '../../src/wix/contract.ts'

const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)
const isAnswer = ajv.compile(QuotaInfoAnswer)

const fixtures = new URL('../fixtures/languages/', import.meta.url)

t.test('every language has its expected answers', async t => {
  for (const language of LANGUAGES) {
    const answers = sayAllCases(wordsOf(language))
    const text = `${JSON.stringify(answers, null, 2)}\n`
    const file = new URL(`${language}.json`, fixtures)
    if (process.env.UPDATE_ANSWERS) writeFileSync(file, text)
    t.equal(text, readFileSync(file, 'utf8'), language)
    for (const [name, actionQuotaInfo] of Object.entries(answers)) {
      t.ok(isAnswer({ actionQuotaInfo }), `${language}: ${name}`, { errors: isAnswer.errors })
    }
    t.notOk(hasDirectionMarks(text), `${language} has no marks of direction`)
    const numbers = Object.values(answers)
      .flatMap(({ quotaInfo }) => quotaInfo.flatMap(({ quotas }) => quotas))
      .flatMap(({ currentUsage, limit = '0' }) => [currentUsage, limit])
    for (const number of numbers) t.match(number, /^\d+(\.\d{1,2})?$/, `${language}: ${number} is plain`)
  }
  t.strictSame(readdirSync(fixtures).sort(), LANGUAGES.map(language => `${language}.json`).sort())
})

t.test('there are the 25 languages that were asked for', async t => {
  const asked = 'en ar cs da de es fr he hi id it ja ko nl nb pl pt-BR ru sv th tr uk vi zh-Hans zh-Hant'
  t.strictSame(
    asked.split(' ').filter(language => !LANGUAGES.includes(language)),
    []
  )
})

t.test('a reader gets the language that fits best', async t => {
  const expected = {
    'de-AT': 'de',
    'zh-TW': 'zh-Hant',
    'zh-HK': 'zh-Hant',
    'zh-MO': 'zh-Hant',
    zh: 'zh-Hans',
    'zh-SG': 'zh-Hans',
    'pt-PT': 'pt-BR',
    pt: 'pt-BR',
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
