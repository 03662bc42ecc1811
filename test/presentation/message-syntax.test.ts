import t from 'tap'
import { english } from '../../src/presentation/catalogues.ts'
import { rewordingMistake, translationMistakes } from '../../src/presentation/message-syntax.ts'

const COUNT = english['tooltip.near-limit.count']

t.test('a translation has the placeholders of the English message, used alike', async t => {
  t.strictSame(translationMistakes(english['tooltip.over-limit'], '{limit} überschritten: {used}', 'de'), [])
  t.strictSame(translationMistakes(english['tooltip.over-limit'], '{used} von {limt}', 'de'), [
    'lacks {limit}',
    'has {limt}, which English does not have'
  ])
  t.strictSame(translationMistakes(COUNT, '{used} von {limit, number}, {remaining, plural, one {#} other {#}}', 'de'), [
    'uses {used} as text, but English as number'
  ])
  t.strictSame(
    translationMistakes(COUNT, '{used, number}/{limit, number} {remaining, plural, one {{remaining}} other {#}}', 'de'),
    [],
    'what is a number somewhere may stand alone elsewhere'
  )
  t.strictSame(
    translationMistakes(COUNT, '{used, number}/{limit, number} {remaining, plural, one {{left}} other {#}}', 'de'),
    ['has {left}, which English does not have'],
    'also inside of a plural'
  )
})

t.test('a translation has the plurals of its language, and no others', async t => {
  const plural = (categories: string) => `{used, number} {limit, number} {remaining, plural, ${categories}}`
  t.strictSame(translationMistakes(COUNT, plural('one {#} few {#} other {#}'), 'ru'), [
    'lacks the plural many of {remaining}'
  ])
  t.strictSame(translationMistakes(COUNT, plural('=0 {} one {#} other {#}'), 'ja'), [
    'has the plural one of {remaining}, which ja does not have'
  ])
})

t.test('a translation is an ICU message without marks of direction', async t => {
  t.match(translationMistakes(english['tooltip.grace'], 'Zahlung {', 'de'), [
    /^is not an ICU message \(.*\); write \{ and \}/
  ])
  t.match(translationMistakes(english['tooltip.grace'], 'שלום\u200F', 'he'), [/marks of direction/])
})

t.test("the maker's own wording may leave out what English says, but name nothing that it does not have", async t => {
  t.equal(rewordingMistake(COUNT, 'Nearly full', 'en'), undefined)
  t.equal(rewordingMistake(COUNT, '{used} of {limit, number, ::.00}', 'en'), undefined)
  t.equal(rewordingMistake(english['button.upgrade'], 'Go <b>Pro</b>', 'en'), undefined)
  t.match(
    rewordingMistake(english['button.upgrade'], 'Buy {plan}', 'en'),
    /the placeholder \{plan\}, but this message has none/
  )
  t.match(rewordingMistake(english['tooltip.over-limit'], '{usd}', 'en'), /this message has \{used\}, \{limit\}/)
})

t.test("the maker's own wording can be filled, and says something", async t => {
  t.match(rewordingMistake(english['tooltip.grace'], 'Pay {now', 'en'), /is not an ICU message/)
  t.match(rewordingMistake(english['tooltip.over-limit'], '{used, number}', 'en'), /write \{used\} alone/)
  t.match(rewordingMistake(english['tooltip.trial-ends'], '{date, date}', 'en'), /write \{date\} alone/)
  t.match(
    rewordingMistake(english['tooltip.trial-ends'], '{date, select, a {b} other {c}}', 'en'),
    /write \{date\} alone/
  )
  t.match(rewordingMistake(COUNT, '{used, number, ::currency/X}', 'en'), /is not an ICU message/)
  t.match(rewordingMistake(COUNT, '{used, plural, =1 { } other {#}}', 'en'), /says nothing/)
})
