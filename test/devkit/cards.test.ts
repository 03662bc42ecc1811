// Answers as cards: what a person reads, and that nothing is ever wider than its screen.
import { stripVTControlCharacters } from 'node:util'
import { eastAsianWidth } from 'get-east-asian-width'
import t from 'tap'
import { type Card, showCards } from '../../src/devkit/cards.ts'
import { regionalReaders, sayAllCases } from '../../src/devkit/language-cases.ts'
import { wrap } from '../../src/devkit/lines.ts'
import { type Look, lookOf } from '../../src/devkit/look.ts'
import { LANGUAGES } from '../../src/presentation/catalogues.ts'
import { chooseReading } from '../../src/presentation/languages.ts'
import { wordsOf } from '../../src/presentation/words.ts'
import type { ActionQuotaInfo, QuotaInfo } from '../../src/wix/contract.ts'

const plain = (width: number): Look => ({ width, paint: (_style, text) => text, link: (_address, text) => text })
/** As terminals count, without the escapes that take no room. */
const columnsOf = (line: string) =>
  [...stripVTControlCharacters(line)]
    .filter(character => !/[\p{Mn}\p{Me}\p{Cf}]/u.test(character))
    .reduce((sum, character) => sum + eastAsianWidth(character.codePointAt(0) ?? 0), 0)
const cases = (language: string) => {
  const reading = chooseReading([language], 'en')
  return sayAllCases(wordsOf(reading.language, reading.formats))
}
const cardOf = (answer: ActionQuotaInfo | undefined, width = 80) =>
  showCards([{ title: 'upload-file', answer: answer ?? { enforced: false, quotaInfo: [] } }], plain(width)).replaceAll(
    '\u00A0',
    ' '
  )
const group = (quotas: QuotaInfo['quotas'], more: Partial<QuotaInfo> = {}): ActionQuotaInfo => ({
  enforced: true,
  quotaInfo: [{ plans: [{ id: 'p', name: 'Free' }], quotas, ...more }]
})

t.test('a card shows plan, bars, usage, renewal, tooltips and buttons, in 80 columns', async t => {
  t.equal(
    cardOf(cases('en')['a paid plan with added storage']),
    `╭─ upload-file ────────────────────────────────────────────────────────────────╮
│ Business + Additional storage (100 GB)                     renews 2026-12-05 │
│ Rooms                    ····················  212 (unlimited)               │
│ Admins                   ██████████████████░░  9 of 10                       │
│                          9 of 10 used, 1 left.                               │
│ Storage space (TB)       ██████████████████░░  2.33 of 2.53                  │
│                          2.33 TB of 2.53 TB used (91%).                      │
│ Manage storage:                                                              │
│ https://acme.onlyoffice.com/portal-settings/management/disk-space            │
│ Guests                   ····················  1234 (unlimited)              │
│ AI agents                ██████████████████░░  18 of 20                      │
│                          18 of 20 used, 2 left.                              │
│ Free backups this month  ██████████░░░░░░░░░░  1 of 2                        │
│ [ Upgrade ]                                                                  │
│ https://acme.onlyoffice.com/portal-settings/payments/portal-payments         │
╰──────────────────────────────────────────────────────────────────────────────╯
`
  )
})

t.test('quotas that renew at different times each say when', async t => {
  const quota = (featureName: string, renewalDate?: string) => ({
    ...{ featureName, currentUsage: '1', limit: '2' },
    ...(renewalDate && { renewalDate })
  })
  const card = cardOf(
    group([quota('Rooms', '2026-12-05T09:03:34.000Z'), quota('Backups', '2026-12-01T00:00:00.000Z'), quota('Guests')])
  )
  t.match(
    card,
    /│ Free {72,} │\n│ Rooms .* renews 2026-12-05 │\n│ Backups .* renews 2026-12-01 │\n│ Guests .* 1 of 2 +│/
  )
})

t.test('the cards of several actions hang together', async t => {
  const answer = group([{ featureName: 'Mails', currentUsage: '1', limit: '2' }])
  t.equal(
    showCards(
      [
        { title: 'one', answer },
        { title: 'two', answer }
      ],
      plain(50)
    ),
    `╭─ one ──────────────────────────────────────────╮
│ Free                                           │
│ Mails  ██████████░░░░░░░░░░  1 of 2            │
├─ two ──────────────────────────────────────────┤
│ Free                                           │
│ Mails  ██████████░░░░░░░░░░  1 of 2            │
╰────────────────────────────────────────────────╯
`
  )
})

t.test('a site that is not connected is told so, without a plan, a bar or 0 of 0', async t => {
  const card = cardOf(cases('en')['not connected'])
  t.equal(
    card,
    `╭─ upload-file ────────────────────────────────────────────────────────────────╮
│ DocSpace isn't connected to this site yet.                                   │
│ [ Connect DocSpace ] https://app.example.com/connect                         │
╰──────────────────────────────────────────────────────────────────────────────╯
`
  )
  const silent = cardOf(group([{ featureName: 'Rooms', currentUsage: '0', limit: '0' }], { plans: [] }))
  t.match(silent, /Nothing is connected yet\./)
})

t.test('a plan without storage is no full bar, a limit that was set to 0 beside usage is', async t => {
  const bought = (currentUsage: string) => cardOf(group([{ featureName: 'GB', currentUsage, limit: '0' }]))
  t.match(bought('0'), /│ Free .*│ GB {2}░{20} {2}0 of 0 /s)
  t.match(bought('3'), /│ GB {2}█{20} {2}3 of 0 /)
})

t.test('sizes as text have no bar, since nobody says what they come to', async t => {
  t.match(cardOf(group([{ featureName: 'S', currentUsage: '612.36 GB', limit: '1.22 TB' }])), /S {2}─{20} {2}612/)
})

t.test('nothing to show is said', async t => {
  t.match(cardOf(undefined), /│ Wix shows nothing for this action\. +│/)
})

t.test('an address is never broken: it is in one line, in a line of its own, or cut', async t => {
  const upgradeCta = (length: number) => ({ label: 'Upgrade', url: `https://example.com/${'x'.repeat(length - 20)}` })
  const quotas = [{ featureName: 'Mails', currentUsage: '1', limit: '2' }]
  t.match(cardOf(group(quotas, { upgradeCta: upgradeCta(64) })), /│ \[ Upgrade \] https:\/\/example\.com\/x{44} │/)
  t.match(
    cardOf(group(quotas, { upgradeCta: upgradeCta(76) })),
    /│ \[ Upgrade \] +│\n│ https:\/\/example\.com\/x{56} │/
  )
  t.match(
    cardOf(group(quotas, { upgradeCta: upgradeCta(300) })),
    /│ \[ Upgrade \] +│\n│ https:\/\/example\.com\/x{55}… │/
  )
})

t.test(
  'no line is wider than the screen, in any language, of any answer, and every line ends in its border',
  async t => {
    const bold = (style: string, text: string) => `\u001B[1m${style === '' ? '' : text}\u001B[22m`
    const link = (address: string, text: string) => `\u001B]8;;${address}\u001B\\${text}\u001B]8;;\u001B\\`
    let lines = 0
    for (const language of [...LANGUAGES, ...regionalReaders]) {
      const cards: Card[] = Object.entries(cases(language)).map(([title, answer]) => ({ title, answer }))
      for (const width of [40, 60, 80]) {
        for (const look of [plain(width), { width, paint: bold, link }]) {
          for (const line of showCards(cards, look).trimEnd().split('\n')) {
            lines++
            if (columnsOf(line) !== width) t.equal(columnsOf(line), width, `${language}: ${line}`)
          }
        }
      }
    }
    t.ok(lines > 20_000, `${lines} lines`)
    const long = 'ワードプレス管理者の席数と'.repeat(8)
    const wide = group(
      [{ featureName: long, currentUsage: '9'.repeat(90), limit: '9'.repeat(90), renewalDate: '2026-12-05' }],
      {
        plans: [{ id: 'p', name: long }],
        upgradeCta: { label: long, url: `https://example.com/${long}` }
      }
    )
    for (const width of [40, 80]) {
      const text = showCards([{ title: long, answer: wide }], plain(width))
      for (const line of text.trimEnd().split('\n')) t.equal(columnsOf(line), width, line)
    }
  }
)

t.test('a terminal gets colour, links and its own width up to 80, anything else plain text', async t => {
  const { FORCE_COLOR: before } = process.env
  delete process.env.FORCE_COLOR
  t.teardown(() => {
    if (before !== undefined) process.env.FORCE_COLOR = before
  })
  const stream = (isTTY: boolean, columns?: number, depth = 8) =>
    Object.assign(Object.create(process.stdout), { isTTY, columns, getColorDepth: () => depth })
  t.equal(lookOf(stream(true, 200)).width, 80)
  t.equal(lookOf(stream(true, 60)).width, 60)
  t.equal(lookOf(stream(true, 10)).width, 40)
  t.equal(lookOf(stream(true)).paint('red', 'x'), '\u001B[31mx\u001B[39m')
  t.equal(lookOf(stream(true)).link('http://x', 'x'), '\u001B]8;;http://x\u001B\\x\u001B]8;;\u001B\\')
  // A pipe, and a terminal that was told NO_COLOR.
  for (const look of [lookOf(stream(false)), lookOf(stream(true, 80, 1))]) {
    t.equal(look.width, 80)
    t.equal(look.paint('red', 'x'), 'x')
    t.equal(look.link('http://x', 'x'), 'x')
  }
})

t.test('text breaks between words, also where none of them are told apart by blanks', async t => {
  t.strictSame(wrap('one two three', 7), ['one two', 'three'])
  t.strictSame(wrap('2.33\u00A0TB of 2.53\u00A0TB used (91%).', 12), ['2.33\u00A0TB of', '2.53\u00A0TB used', '(91%).'])
  t.strictSame(wrap('上限に達しました：1 のうち 1 を使用しています。', 20), [
    '上限に達しました：1',
    'のうち 1 を使用し',
    'ています。'
  ])
  t.strictSame(wrap('การเข้าถึงถูกปฏิเสธ', 9), ['การเข้าถึง', 'ถูกปฏิเสธ'])
  t.strictSame(wrap('a'.repeat(25), 10), ['a'.repeat(10), 'a'.repeat(10), 'a'.repeat(5)])
  t.strictSame(wrap('', 10), [''])
})
