// `npm run messages`: that each of its checks can fail.
import { mkdirSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { messageMistakes } from '../../src/devkit/message-report.ts'
import { english, MESSAGE_KEYS } from '../../src/presentation/catalogues.ts'
import { run } from '../helpers/process.ts'

/** Code that uses every message, but for those left out. */
function codeWithout(...left: string[]): Map<string, string> {
  const ids = MESSAGE_KEYS.filter(key => !left.includes(key)).map(key =>
    /\.(feature|plan)\./.test(key) ? `'${key.split('.')[2]}'` : `'${key}'`
  )
  return new Map([['providers/docspace/convert.ts', ids.join('\n')]])
}

const mistakesOf = (content: unknown, language = 'de') => messageMistakes(new Map([[language, content]]), codeWithout())

t.test('a whole catalogue has no mistakes', async t => {
  t.strictSame(mistakesOf(english), [])
})

t.test('a missing, surplus, empty or untextual message is a mistake', async t => {
  const { 'button.pay': _, ...rest } = english
  t.strictSame(mistakesOf({ ...rest, 'button.buy': 'Kaufen', 'button.renew': ' ', 'button.upgrade': 5 }), [
    'de.json: button.pay is missing: Pay now',
    'de.json: button.upgrade is not a text',
    'de.json: button.renew is not a text',
    'de.json: button.buy is not a message of en.json'
  ])
})

t.test('a wrong placeholder, a missing plural and a broken message are mistakes', async t => {
  t.match(mistakesOf({ ...english, 'tooltip.trial-ends': 'Ende am {datum}', 'tooltip.grace': '{' }), [
    'de.json: tooltip.trial-ends lacks {date}',
    'de.json: tooltip.trial-ends has {datum}, which English does not have',
    /^de\.json: tooltip\.grace is not an ICU message/
  ])
  t.strictSame(mistakesOf(english, 'cs'), [
    'cs.json: tooltip.near-limit.count lacks the plural few of {remaining}',
    'cs.json: tooltip.near-limit.count lacks the plural many of {remaining}'
  ])
})

t.test('a file that is no object, or not named by a tag, is a mistake', async t => {
  t.strictSame(mistakesOf([]), ['de.json: is not a JSON object'])
  t.match(mistakesOf(english, 'pt-br'), [/^pt-br\.json: the file is not named by a language tag/])
  t.match(mistakesOf(english, '../x'), [/not named by a language tag/])
})

t.test('a message that nothing uses is a mistake, and an adapter must name its ids itself', async t => {
  const catalogues = new Map([['en', english]])
  t.strictSame(messageMistakes(catalogues, codeWithout('button.pay', 'docspace.plan.trial')), [
    'en.json: docspace.plan.trial is used nowhere',
    'en.json: button.pay is used nowhere'
  ])
  const elsewhere = new Map([['presentation/present.ts', codeWithout().get('providers/docspace/convert.ts') ?? '']])
  t.match(messageMistakes(catalogues, elsewhere), [/docspace\.feature\.room is used nowhere/])
})

t.test('the command passes for the repository, and fails with a list for a broken folder', async t => {
  const right = run(t, 'src/devkit/check-messages.ts')
  t.equal(await right.ended, 0, right.stderr())
  t.match(right.stdout(), /languages, \d+ messages: all whole/)
  const folder = `${t.testdir()}/messages`
  mkdirSync(folder)
  writeFileSync(`${folder}/de.json`, JSON.stringify({ ...english, 'button.buy': 'Kaufen' }))
  const wrong = run(t, 'src/devkit/check-messages.ts', [folder])
  t.equal(await wrong.ended, 1)
  t.equal(wrong.stderr(), 'de.json: button.buy is not a message of en.json\n')
  t.match(wrong.stdout(), /^1 languages, \d+ messages: 1 mistakes/)
})
