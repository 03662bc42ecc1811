// The examination as a whole: nothing stops it, one result for text and JSON, and what it ends with.
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import t from 'tap'
import { type Check, Skip } from '../../src/doctor/check.ts'
import { type ExamineOptions, examine } from '../../src/doctor/examine.ts'
import type { Line } from '../../src/doctor/result.ts'
import { lineWriter, showCounts, showLine } from '../../src/doctor/show.ts'
import { showAnswer } from '../../src/doctor/show-answer.ts'
import { adapters } from '../../src/providers/index.ts'
import type { Paint } from '../../src/terminal.ts'
import { examineIn, SOUND, startPortal } from '../helpers/examine.ts'

const plain: Paint = (_style, text) => text

const madeUp = (code: string, run: Check['run']): Check => ({ code, group: 'Wix', looksAt: 'It.', run })
const OPTIONS: ExamineOptions = {
  file: '/no/such.yaml',
  environment: {},
  adapters,
  now: () => Date.UTC(2026, 10, 22),
  urls: [],
  all: false,
  offline: false,
  skip: [],
  failOn: 'failure',
  commandLine: (...words) => words.join(' '),
  onProgress: () => {}
}

t.test('a check that breaks, hangs, skips or finds nothing takes no other along', async t => {
  const checks = [
    madeUp('QB-BREAKS', () => Promise.reject(new Error('boom'))),
    madeUp('QB-BREAKS-ODDLY', () => Promise.reject('odd')),
    madeUp('QB-HANGS', () => new Promise(() => {})),
    madeUp('QB-SKIPS', () => Promise.reject(new Skip('of rain'))),
    madeUp('QB-EMPTY', async () => []),
    madeUp('QB-LEFT', () => Promise.reject(new Error('nobody asks it'))),
    madeUp('QB-GOOD', async () => [{ status: 'ok', found: 'good', place: ['a', 'b'] }])
  ]
  const { result } = await examine({ ...OPTIONS, skip: ['QB-LEFT'] }, { checks, limitMs: 20 })
  t.strictSame(
    result.lines.map(({ code, status, found, place }) => [code, status, found, place?.path].filter(Boolean)),
    [
      ['QB-BREAKS', 'failed', 'the check itself failed: boom'],
      ['QB-BREAKS-ODDLY', 'failed', 'the check itself failed: odd'],
      ['QB-HANGS', 'failed', 'the check itself failed: no end within 0.02 s'],
      ['QB-SKIPS', 'skipped', 'skipped, because of rain'],
      ['QB-EMPTY', 'skipped', 'skipped, because there is nothing of the kind'],
      ['QB-LEFT', 'skipped', 'skipped, because --skip QB-LEFT was given'],
      ['QB-GOOD', 'ok', 'good', 'a.b']
    ]
  )
  t.strictSame(result.counts, { ok: 1, warning: 0, failed: 3, skipped: 3 })
  t.match(result, { at: '2026-11-22T00:00:00.000Z', configuration: '/no/such.yaml', exitCode: 1, version: 1 })
})

t.test('one subject that breaks takes no other along', async t => {
  const { docspace, providers } = await startPortal(t)
  docspace.fail('hang')
  const { of } = await examineIn(t.testdir(), {
    sections: {
      providers: { ...providers(), ...SOUND.providers },
      actions: { ...SOUND.actions, room: { provider: 'portal', features: ['room'] } }
    }
  })
  t.match(of('QB-PROVIDER-ANSWERS'), [
    { subject: 'portal', status: 'failed', found: /\(timeout\)$/ },
    { subject: 'newsletter', status: 'ok' }
  ])
})

t.test('its JSON is as the committed schema says', async t => {
  const ajv = addFormats.default(new Ajv2020({ strict: false }))
  const validate = ajv.compile(JSON.parse(readFileSync('docs/doctor.schema.json', 'utf8')))
  const { docspace, providers } = await startPortal(t)
  const sections = { providers: providers(docspace.portal.keys.user), actions: { room: { provider: 'portal' } } }
  const examinations = [
    await examineIn(t.testdir(), { sections, asked: { action: 'room', languages: ['fr'] } }),
    await examineIn(t.testdir(), { file: '/no/such.yaml' }),
    await examineIn(t.testdir(), { offline: true })
  ]
  for (const { result } of examinations)
    t.ok(validate(JSON.parse(JSON.stringify(result))), JSON.stringify(validate.errors))
  t.notOk(validate({ ...examinations[0]?.result, version: 2 }))
})

const LINE: Line = {
  code: 'QB-PROVIDER-ANSWERS',
  group: 'Providers',
  status: 'failed',
  subject: 'portal',
  found: 'this is what was found, and it is so long that it needs more than one line of a terminal',
  details: ['room: told'],
  place: { path: 'providers.portal.connection', line: 12 },
  remedy: 'Do what is right, and do it in so many words that they need more than one line of a terminal.',
  paste: ['export KEY=…']
}

t.test('a line as a person reads it: 80 columns, the place, the remedy, what can be pasted', async t => {
  t.equal(
    showLine(LINE, plain),
    `  ✗ QB-PROVIDER-ANSWERS portal: this is what was found, and it is so long that
                        it needs more than one line of a terminal
                        room: told
      at providers.portal.connection, line 12
      → Do what is right, and do it in so many words that they need more than
        one line of a terminal.
          export KEY=…
`
  )
  const { subject: _subject, place: _place, ...bare } = LINE
  t.match(showLine({ ...bare, place: { path: 'a' } }, plain), /\n {6}at a\n/)
  t.equal(showLine({ ...LINE, status: 'ok', found: 'well' }, plain), '  ✓ QB-PROVIDER-ANSWERS portal: well\n')
  t.match(showLine({ ...LINE, status: 'warning' }, plain), /^ {2}! /)
  t.match(showLine({ ...LINE, status: 'skipped' }, plain), /^ {2}– /)
})

t.test('lines have a heading for each group, and an end', async t => {
  const written: string[] = []
  const write = lineWriter(plain, text => written.push(text))
  for (const group of ['Wix', 'Wix', 'Store']) write({ code: 'QB-X', group, status: 'ok', found: 'well' })
  t.equal(
    written.join(''),
    'Wix\n  ✓ QB-X                well\n  ✓ QB-X                well\n\nStore\n  ✓ QB-X                well\n'
  )
  const counts = (ok: number, warning: number, failed: number, skipped: number) =>
    showCounts({ counts: { ok, warning, failed, skipped } }, plain)
  t.equal(counts(3, 0, 0, 0), '\n3 well\n')
  t.equal(counts(3, 1, 0, 0), '\none warning, 3 well\n')
  t.equal(counts(3, 2, 1, 4), '\n1 failed, 2 warnings, 3 well, 4 skipped\n')
})

t.test('an answer as text says nothing in other words', async t => {
  const answer = {
    actionQuotaInfo: {
      enforced: true,
      quotaInfo: [
        {
          plans: [{ id: '0cdd2a08-2ea8-5b3c-a63a-8f4a6f4f6e1b', name: 'Startup' }],
          quotas: [
            {
              featureName: 'Rooms',
              currentUsage: '11',
              limit: '12',
              renewalDate: '2027-01-12T01:20:00.000Z',
              additionalInfo: { description: '11 of 12 used.', cta: { url: 'https://x.example/', label: 'Manage' } }
            },
            { featureName: 'Guests', currentUsage: '3' }
          ],
          upgradeCta: { url: 'https://y.example/', label: 'Upgrade' }
        }
      ]
    }
  }
  t.equal(
    showAnswer({ action: 'room', site: 'a', language: 'en', answer }, plain),
    `  What the owner of a reads for room
    Startup
    Rooms: 11 / 12
      renews 2027-01-12T01:20:00.000Z
      11 of 12 used.
      [Manage] https://x.example/
    Guests: 3
    [Upgrade] https://y.example/
`
  )
  t.equal(
    showAnswer({ action: 'room', language: 'en', answer: undefined }, plain),
    '  What the owner reads for room\n    nothing\n'
  )
})
