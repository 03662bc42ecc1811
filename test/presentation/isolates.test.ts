// Arabic and Hebrew, whatever stands around and inside of them. What the isolates are for was seen in a browser, in
// containers of either direction: without them sizes, times and sentences stand in pieces.
import t from 'tap'
import { enclose, isolate, isRightToLeft } from '../../src/presentation/isolates.ts'
import { presentNotConnected } from '../../src/presentation/not-connected.ts'
import { present } from '../../src/presentation/present.ts'
import { reword, wordsOf } from '../../src/presentation/words.ts'
import type { Quota, QuotaReport } from '../../src/quota/report.ts'

const GB = 1024 ** 3
const now = new Date('2026-12-04T00:00:00Z')

/** The isolates of a text, so that they can be read: ⟪ from left to right ⟫, «from right to left ⟫. */
const seen = (text = '') =>
  text.replaceAll('\u2066', '⟪').replaceAll('\u2067', '«').replaceAll('\u2069', '⟫').replaceAll('\u00A0', ' ')

function tell(language: string, quota: Quota, more: Partial<QuotaReport> = {}, formats = language) {
  const report = {
    vocabulary: 'docspace',
    account: 'a',
    groups: [{ plans: [{ id: '-11', kind: 'wallet-storage', size: 100 * GB }], quotas: [quota] }],
    ...more
  }
  const options = { words: wordsOf(language, formats), sizes: 'in-name', now, labels: new Map() } as const
  const { quotaInfo } = present(report, {
    ...options,
    asOf: { fetchedAt: new Date('2026-12-01T14:05:00Z'), reason: 'unavailable' }
  })
  const [group] = quotaInfo
  const [shown] = group?.quotas ?? []
  return {
    plan: seen(group?.plans[0]?.name),
    name: seen(shown?.featureName),
    usage: shown?.currentUsage,
    tooltip: seen(shown?.additionalInfo?.description)
  }
}

const storage: Quota = { feature: 'total_size', unit: 'bytes', used: Math.floor(1.866 * GB), limit: 2 * GB }

t.test('in Hebrew, sizes, percentages and times run from left to right inside of sentences that do not', async t => {
  t.strictSame(tell('he', storage), {
    plan: '««שטח אחסון נוסף⟫ (⟪100 GB⟫)⟫',
    name: '««שטח אחסון⟫ (⟪GB⟫)⟫',
    usage: '1.86',
    tooltip:
      '«בשימוש ⟪1.86 GB⟫ מתוך ⟪2 GB⟫, שהם ⟪93%⟫ מהמכסה. ' +
      'עודכן לאחרונה: «1 בדצמבר בשעה ⟪14:05 UTC⟫⟫. לא ניתן להתחבר לשירות כרגע.⟫'
  })
})

t.test('in Arabic, what is written in Arabic stays from right to left, and its own digits too', async t => {
  t.equal(
    tell('ar', storage).tooltip,
    '«تم استخدام «1.86 غيغابايت⟫ من أصل «2 غيغابايت⟫، أي ⟪93%⟫ من الحد الأقصى. ' +
      'آخر تحديث: «1 ديسمبر في ⟪14:05 UTC⟫⟫. يتعذّر الوصول إلى الخدمة حاليًا.⟫'
  )
  t.match(tell('ar', storage, {}, 'ar-EG').tooltip, /«١٫٨٦ غيغابايت⟫ من أصل «٢ غيغابايت⟫، أي «٩٣٪⟫/)
})

t.test('whatever is called by a name, the name is isolated, and brings along no marks of its own', async t => {
  const { quotaInfo } = presentNotConnected({
    ...{ features: ['room'], vocabulary: 'docspace', labels: new Map(), words: wordsOf('he') },
    ...{ name: 'Doc\u2069\u202ESpace'.replace('\u202E', '\u200F'), connectUrl: 'https://app.example.com/connect' }
  })
  t.equal(seen(quotaInfo[0]?.quotas[0]?.additionalInfo?.description), '«עדיין לא חיברתם את ⟪DocSpace⟫ לאתר הזה.⟫')
  t.equal(seen(quotaInfo[0]?.upgradeCta?.label), '«חיבור ⟪DocSpace⟫⟫')
})

t.test("the maker's own wording is isolated like ours, without marks of its own", async t => {
  const own = new Map([['tooltip.over-limit', 'יותר מדי\u200F: {used}']])
  const words = reword(wordsOf('he'), own)
  t.equal(seen(words.join([words.say('tooltip.over-limit', { used: '3 GB' })])), '«יותר מדי: ⟪3 GB⟫⟫')
})

t.test('a text of one direction, and every other language, has no isolates', async t => {
  t.equal(wordsOf('he').tell('button.renew'), 'חידוש')
  t.notMatch(Object.values(tell('en', storage)).join(), /[⟪«⟫]/)
  t.strictSame(['ar', 'he', 'en', 'zh-Hant'].map(isRightToLeft), [true, true, false, false])
})

t.test('a part is read in the direction of its first letter, and from left to right without one', async t => {
  t.strictSame(['DocSpace שלי', 'שלי DocSpace', '12', '١٢'].map(isolate).map(seen), [
    '⟪DocSpace שלי⟫',
    '«שלי DocSpace⟫',
    '⟪12⟫',
    '«١٢⟫'
  ])
  t.equal(seen(enclose('x')), '«x⟫')
})
