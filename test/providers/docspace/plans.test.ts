// Which plans a portal has, and what they are called: one test for each rule.
import t from 'tap'
import { planName } from '../../../src/presentation/names.ts'
import { wordsOf } from '../../../src/presentation/words.ts'
import type { DocSpaceQuota, DocSpaceTariff } from '../../../src/providers/docspace/schema.ts'
import { type Changes, group } from '../../helpers/converted.ts'

type Rows = NonNullable<DocSpaceTariff['quotas']>
const plansWith = (quotas: Rows, quota: Partial<DocSpaceQuota> = {}) =>
  group('business', { tariff: { quotas }, quota }).plans
/** What stands beside the main plan: ids and quantities. */
const extras = (quotas: Rows, quota: Partial<DocSpaceQuota> = {}) =>
  plansWith(quotas, quota)
    .slice(1)
    .map(({ id, quantity }) => [id, quantity])
const names = (changes: Changes, language = 'en') =>
  group('business', changes).plans.map(plan =>
    planName('docspace', plan, { words: wordsOf(language), labels: new Map() })
  )
const nameOf = (quota: Partial<DocSpaceQuota>, language?: string) => names({ quota, noTariff: true }, language)[0]

const BUSINESS = { id: '-9', name: 'Business', kind: 'business' }

t.test('a wallet row is a further plan beside the main one, with its own quantity', async t => {
  t.strictSame(group('business-with-storage').plans, [
    { ...BUSINESS, quantity: 10 },
    { id: '-11', kind: 'wallet-storage', quantity: 100, size: 100 * 1024 ** 3 }
  ])
})

t.test('a row of which nothing is bought is no plan; an unknown one is named in general', async t => {
  const rows = [
    { id: -12, quantity: 0, wallet: true },
    { id: -99, wallet: true },
    { id: -5, quantity: 3, wallet: false }
  ]
  t.strictSame(plansWith(rows), [BUSINESS, { id: '-99', kind: 'wallet' }])
})

t.test('an overdue row was not bought', async t => {
  const overdue = { id: -11, quantity: 100, wallet: true, state: 1 }
  t.strictSame(extras([overdue]), [])
  t.strictSame(extras([{ ...overdue, additional: true }]), [])
  t.strictSame(extras([{ ...overdue, state: 0 }]), [['-11', 100]])
  t.strictSame(extras([{ ...overdue, state: 7 }]), [], 'nor is one in a state that nobody knows certainly bought')
  t.strictSame(
    extras([overdue, { ...overdue, id: -12, state: 0 }]),
    [['-12', 100]],
    'those beside it are not concerned'
  )
})

t.test('where any row says whether it is additional, that alone makes an extra; elsewhere the wallet does', async t => {
  const wallet = { id: -11, quantity: 100, wallet: true }
  t.strictSame(extras([wallet]), [['-11', 100]])
  t.strictSame(extras([{ ...wallet, additional: false }]), [])
  t.strictSame(extras([wallet, { id: -9, quantity: 5, additional: false }]), [], 'a row without it is then none')
  t.strictSame(extras([{ id: -17, quantity: 1, wallet: false, additional: true }]), [['-17', 1]], 'without the wallet')
  t.strictSame(extras([{ id: -17, quantity: 1, additional: true }]), [['-17', 1]])
})

t.test("the row with the quota's id is the plan, from the wallet or not, and its quantity counts", async t => {
  const main = { id: '-14', kind: 'business' }
  const quota = { id: -14, title: null }
  for (const more of [{ wallet: true }, { wallet: true, additional: false }, { wallet: true, additional: true }]) {
    t.strictSame(
      plansWith([{ id: -14, quantity: 5, ...more }], quota),
      [{ ...main, quantity: 5 }],
      JSON.stringify(more)
    )
  }
  const overdue = { id: -14, quantity: 5, wallet: true, additional: false, state: 1 }
  t.strictSame(plansWith([overdue], quota), [{ ...main, quantity: 5 }], 'a plan stays the plan while payment is late')
  t.strictSame(plansWith([overdue, { ...overdue, quantity: 7, state: 0 }], quota), [{ ...main, quantity: 7 }])
  t.strictSame(group('business-from-wallet').plans, [
    { ...main, name: 'Business', quantity: 5 },
    { id: '-15', kind: 'wallet-docs-connect', quantity: 20 }
  ])
})

t.test('no plan comes twice; where its rows differ, how much was bought is not told', async t => {
  const storage = (quantity: number) => ({ id: -11, quantity, wallet: true })
  t.strictSame(extras([storage(100), storage(100), storage(100)]), [['-11', 100]])
  t.strictSame(extras([storage(100), storage(200), storage(100)]), [['-11', undefined]])
  t.strictSame(plansWith([storage(1), storage(1)], { id: -11, title: null }), [{ id: '-11', quantity: 1 }])
})

t.test('a quantity that is negative, or too large to be exact, is not told', async t => {
  for (const quantity of [-5, 1e300, 2 ** 53]) {
    t.strictSame(
      plansWith([
        { id: -9, quantity },
        { id: -11, quantity, wallet: true }
      ]),
      [BUSINESS, { id: '-11', kind: 'wallet-storage' }]
    )
  }
})

t.test('a plan with a known id is named by us, in the language of the reader', async t => {
  t.strictSame(names({ quota: { title: 'تجاري' } }, 'de'), ['Business'])
  const known = {
    [-2]: 'Business',
    [-3]: 'Startup',
    [-6]: 'Subscription',
    [-7]: 'Non-profit',
    [-8]: 'Zoom',
    [-9]: 'Business',
    [-10]: 'Business',
    [-14]: 'Business'
  }
  for (const [id, name] of Object.entries(known)) {
    t.equal(nameOf({ id: Number(id), title: 'شركة' }), name)
    t.equal(nameOf({ id: Number(id), title: null }), name, 'also without a title')
  }
  t.equal(nameOf({ id: -7 }, 'de'), 'Gemeinnützig')
  t.equal(nameOf({ id: -9 }, 'ar'), 'تجاري')
  t.equal(nameOf({ id: -9 }, 'ko'), '비즈니스')
})

t.test('a plan with an unknown id has the name that DocSpace gives it, or none', async t => {
  t.equal(nameOf({ id: -48213, title: 'Acme special' }, 'de'), 'Acme special')
  t.equal(nameOf({ id: -48213, title: null }), 'Current plan')
  t.equal(nameOf({ id: -48213, title: null, trial: true }), 'Trial')
  t.equal(nameOf({ id: -48213, title: 'Acme special', trial: true }), 'Acme special')
})

t.test('trial and standalone plans are known by their kind', async t => {
  const kind = (id: number, trial: boolean | undefined, tariff?: Partial<DocSpaceTariff>) => {
    const quota = { id, title: null, ...(trial !== undefined && { trial }) }
    return group('community', tariff ? { quota, tariff } : { quota, noTariff: true }).plans[0]?.kind
  }
  const licence = { openSource: false, enterprise: true, developer: false }
  t.equal(kind(-1000, false, licence), 'enterprise')
  t.equal(kind(-1000, false, { ...licence, developer: true }), 'developer', 'which always comes with enterprise')
  t.equal(kind(-1000, true, { ...licence, developer: true }), 'trial')
  t.equal(kind(-1000, false), 'self-hosted')
  t.equal(kind(-1, false, { openSource: true }), 'community')
  t.equal(kind(-1, false), 'community')
  t.equal(kind(-1000, false, { openSource: true, enterprise: false }), 'community')
  t.equal(kind(-1, true), 'trial')
})

t.test(
  'what is bought beside a plan has names of ours; ids that differ between versions have a general one',
  async t => {
    const bought = (id: number) =>
      names({ tariff: { quotas: [{ id, quantity: 20, wallet: true, additional: true }] } })[1]
    t.equal(bought(-11), 'Additional storage (20\u00A0GB)')
    t.equal(bought(-12), 'Additional backups')
    t.equal(bought(-13), 'AI tools')
    t.equal(bought(-15), 'Docs Connect')
    t.equal(bought(-16), 'Docs Connect Dev Pack')
    t.equal(bought(-18), 'AI search')
    for (const id of [-14, -17, -19, 5]) t.equal(bought(id), 'Additional services', String(id))
  }
)
