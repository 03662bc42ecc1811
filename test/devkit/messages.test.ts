// `npm run messages`: that each of its checks can fail.
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { type CatalogueFolder, messageMistakes } from '../../src/devkit/message-report.ts'
import { renderingMistakes } from '../../src/devkit/rendered-messages.ts'
import { readCatalogueFiles } from '../../src/presentation/catalogue-files.ts'
import { catalogueOf, english, LANGUAGES, type MessageKey } from '../../src/presentation/catalogues.ts'
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

/** Mistakes of what a catalogue says when it is filled, our own in that language but for one message. */
const renderedMistakes = (language: string, message: MessageKey, text: string) =>
  mistakesOf({ ...catalogueOf(language), [message]: text }, language, { filled: true })

t.test(
  'what only a filled message shows is a mistake: counts that read alike, lines that break, two full stops',
  async t => {
    for (const language of LANGUAGES) {
      t.strictSame(mistakesOf(catalogueOf(language), language, { filled: true }), [], language)
    }
    t.match(
      renderedMistakes(
        'ru',
        'tooltip.near-limit.count',
        '{used, number} из {limit, number}, {remaining, plural, one {осталась одна} few {ещё #} many {ещё #} other {ещё #}}.'
      ),
      [/near-limit\.count says the same of \{remaining\} 1 and 21: 7 из 7, осталась одна\.$/]
    )
    t.match(renderedMistakes('ru', 'tooltip.trial-ends', 'Пробный период заканчивается {date}.'), [
      /trial-ends ends a sentence twice: Пробный период заканчивается 5 декабря 2026 г\.\.$/
    ])
    t.match(renderedMistakes('fr', 'tooltip.as-of', 'Mise à jour : {time}.'), [
      /as-of lets a line break inside a number or before a sign: Mise à jour : 5 décembre à 14:05\.$/,
      /14:05 UTC/
    ])
    t.match(renderedMistakes('de', 'name.with-unit', '{name}  {unit}'), [
      /with-unit has a space too many: DocSpace {2}GB$/
    ])
  }
)

t.test('isolates stand in every filled message that is read from right to left, and in no others', async t => {
  const broken = (isolated: boolean, tell: () => string) =>
    renderingMistakes(isolated ? 'he' : 'de', new Map([['tooltip.grace', 'x {name}']]), () => ({
      ...{ say: tell, tell, join: tell }
    }))
  t.match(
    broken(true, () => 'x DocSpace'),
    [/^tooltip\.grace is not read from right to left in every place: x DocSpace$/]
  )
  t.match(
    broken(true, () => '\u2067x \u2066DocSpace\u2069'),
    [/not read from right to left/]
  )
  t.match(
    broken(true, () => '\u2067x\u2069 \u2067DocSpace\u2069'),
    [/not read from right to left/]
  )
  t.strictSame(
    broken(true, () => '\u2067x \u2066DocSpace\u2069\u2069'),
    []
  )
  t.match(
    broken(false, () => '\u2066x\u2069'),
    [/^tooltip\.grace has marks of direction: x$/]
  )
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

t.test('a file that is not JSON is a mistake by its name, and without English nothing else is compared', async t => {
  t.match(mistakesOf(new SyntaxError('Unexpected token')), ['m/de.json: is not JSON (Unexpected token)'])
  const withoutEnglish = new Map<string, unknown>([
    ['en', new SyntaxError('Unexpected end')],
    ['de', english]
  ])
  t.strictSame(messageMistakes({ name: 'm', files: withoutEnglish, needed: ['en'], isUsed: () => true }), [
    'm/en.json: is not JSON (Unexpected end)'
  ])
  const folder = t.testdir({ 'de.json': '{' })
  t.throws(() => readCatalogueFiles(pathToFileURL(`${folder}/`)), /de\.json is not JSON; npm run messages tells/)
})

t.test('`npm run messages` tells everything that is missing, in every file and every folder of a tree', async t => {
  const right = run(t, 'src/devkit/check-messages.ts')
  t.equal(await right.ended, 0, right.stderr())
  t.match(right.stdout(), /presentation\/messages: \d+ of \d+ languages\n.*all whole/s)
  t.match(right.stdout(), /providers\/docspace\/messages: (\d+) of \1 languages/)

  const copy = t.testdir()
  for (const part of ['src', 'package.json']) cpSync(part, join(copy, part), { recursive: true })
  symlinkSync(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'))
  const messages = join(copy, 'src/presentation/messages')
  const names = join(copy, 'src/providers/docspace/messages')
  const { 'button.pay': _pay, 'button.renew': _renew, ...lacking } = english
  // A new language that lacks two messages, one that is not JSON, and an adapter's name that is missing.
  writeFileSync(join(messages, 'hr.json'), JSON.stringify({ ...lacking, 'button.buy': 'x' }))
  writeFileSync(join(messages, 'hu.json'), '{ "button.pay": "Fizetés" "button.renew": "" }')
  const { 'feature.room': _room, ...german } = JSON.parse(readFileSync(join(names, 'de.json'), 'utf8'))
  writeFileSync(join(names, 'de.json'), JSON.stringify(german))
  const wrong = npmRunMessages(copy)
  t.equal(wrong.status, 1)
  t.match(wrong.stderr.trim().split('\n'), [
    'presentation/messages/hr.json: button.pay is missing: Pay now',
    'presentation/messages/hr.json: button.renew is missing: Renew',
    'presentation/messages/hr.json: tooltip.near-limit.count lacks the plural few of {remaining}',
    'presentation/messages/hr.json: button.buy is not a message of en.json',
    /^presentation\/messages\/hu\.json: is not JSON \(Expected ',' or '}'/,
    'providers/docspace/messages/de.json: feature.room is missing: Rooms'
  ])
  t.match(wrong.stdout, /6 mistakes/)
  const another = run(t, 'src/devkit/check-messages.ts', [join(copy, 'src')])
  t.equal(await another.ended, 1)
  t.equal(another.stderr(), wrong.stderr, "another tree's src is looked at in the same way")

  rmSync(join(names, 'en.json'))
  t.match(npmRunMessages(copy).stderr, /providers\/docspace\/messages\/en\.json is missing/)
  const nowhere = run(t, 'src/devkit/check-messages.ts', [t.testdirName])
  t.equal(await nowhere.ended, 2)
  t.match(nowhere.stderr(), /holds no src of Quota Bridge: there is no presentation\/messages in it\n$/)
})

/** In a tree, without what tap puts in front of every program. */
function npmRunMessages(cwd: string) {
  return spawnSync('sh', ['-c', 'unset NODE_OPTIONS; npm run --silent messages'], { cwd, encoding: 'utf8' })
}
