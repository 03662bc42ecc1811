// `npm run messages`: that each of its checks can fail.
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { type CatalogueFolder, messageMistakes } from '../../src/devkit/message-report.ts'
import { english } from '../../src/presentation/catalogues.ts'
import { run } from '../helpers/process.ts'

/** Mistakes of a folder of English and one other file, of whose keys the code uses all. */
function mistakesOf(content: unknown, language = 'de', more: Partial<CatalogueFolder> = {}): string[] {
  const files = new Map<string, unknown>([
    ['en', english],
    [language, content]
  ])
  return messageMistakes({ name: 'm', files, needed: ['en'], isUsed: () => true, ...more })
}

t.test('a whole catalogue has no mistakes', async t => {
  t.strictSame(mistakesOf(english), [])
})

t.test('a missing, surplus, empty or untextual message is a mistake', async t => {
  const { 'button.pay': _, ...rest } = english
  t.strictSame(mistakesOf({ ...rest, 'button.buy': 'Kaufen', 'button.renew': ' ', 'button.upgrade': 5 }), [
    'm/de.json: button.pay is missing: Pay now',
    'm/de.json: button.upgrade is not a text',
    'm/de.json: button.renew is not a text',
    'm/de.json: button.buy is not a message of en.json'
  ])
})

t.test('a wrong placeholder, a missing plural and a broken message are mistakes', async t => {
  t.match(mistakesOf({ ...english, 'tooltip.trial-ends': 'Ende am {datum}', 'tooltip.grace': '{' }), [
    'm/de.json: tooltip.trial-ends lacks {date}',
    'm/de.json: tooltip.trial-ends has {datum}, which English does not have',
    /^m\/de\.json: tooltip\.grace is not an ICU message/
  ])
  t.strictSame(mistakesOf(english, 'cs'), [
    'm/cs.json: tooltip.near-limit.count lacks the plural few of {remaining}',
    'm/cs.json: tooltip.near-limit.count lacks the plural many of {remaining}'
  ])
})

t.test('a file that is no object, or not named by a tag, is a mistake', async t => {
  t.strictSame(mistakesOf([]), ['m/de.json: is not a JSON object'])
  t.match(mistakesOf(english, 'pt-br'), [/^m\/pt-br\.json: the file is not named by a language tag/])
  t.match(mistakesOf(english, '../x'), [/not named by a language tag/])
})

t.test(
  'a message that nothing uses is a mistake, and so is a language that is missing or that no answer is in',
  async t => {
    t.strictSame(mistakesOf(english, 'de', { isUsed: key => key !== 'button.pay' }), [
      'm/en.json: button.pay is used nowhere'
    ])
    t.strictSame(mistakesOf(english, 'de', { needed: ['en', 'fr'], allowed: ['en', 'fr'] }), [
      'm/fr.json is missing',
      'm/de.json: is not a language of the answers'
    ])
    t.match(messageMistakes({ name: 'm', files: new Map(), needed: ['en'], isUsed: () => true }), [
      'm/en.json is missing'
    ])
  }
)

t.test('the command tells everything that is missing, in every file and every folder', async t => {
  const right = run(t, 'src/devkit/check-messages.ts')
  t.equal(await right.ended, 0, right.stderr())
  t.match(right.stdout(), /presentation\/messages: \d+ of \d+ languages\n.*all whole/s)
  t.match(right.stdout(), /providers\/docspace\/messages: (\d+) of \1 languages/)
  const copy = t.testdir()
  cpSync('src', copy, { recursive: true })
  const { 'button.pay': _pay, 'button.renew': _renew, ...lacking } = english
  // A new language that lacks two messages, a broken one, and an adapter's name that is missing.
  writeFileSync(`${copy}/presentation/messages/ro.json`, JSON.stringify({ ...lacking, 'button.buy': 'x' }))
  const names = JSON.parse(readFileSync(`${copy}/providers/docspace/messages/de.json`, 'utf8'))
  delete names['feature.room']
  writeFileSync(`${copy}/providers/docspace/messages/de.json`, JSON.stringify(names))
  const wrong = run(t, 'src/devkit/check-messages.ts', [copy])
  t.equal(await wrong.ended, 1)
  t.strictSame(wrong.stderr().trim().split('\n'), [
    'presentation/messages/ro.json: button.pay is missing: Pay now',
    'presentation/messages/ro.json: button.renew is missing: Renew',
    'presentation/messages/ro.json: tooltip.near-limit.count lacks the plural few of {remaining}',
    'presentation/messages/ro.json: button.buy is not a message of en.json',
    'providers/docspace/messages/de.json: feature.room is missing: Rooms'
  ])
  t.match(wrong.stdout(), /5 mistakes/)
})
