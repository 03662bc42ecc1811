// For any document and any mapping the provider and exact arithmetic agree: to the last digit, and in what cannot be told.
import fc from 'fast-check'
import t from 'tap'
import { convert } from '../../../src/providers/http/convert.ts'
import { parseExact } from '../../../src/providers/http/json.ts'
import { readMapping } from '../../../src/providers/http/mapping.ts'
import { fuzz } from '../../helpers/fuzz.ts'
import { NOW, settingsOf } from '../../helpers/http-provider.ts'

/** A number as a document may write it; `digits` of `10 ** -decimals`, times `10 ** exponent`. */
interface Written {
  digits: bigint
  decimals: number
  exponent: number
  quoted: boolean
}
const written = fc.record<Written>({
  digits: fc.oneof(
    fc.bigInt({ min: 0n, max: 10_000n }),
    fc.bigInt({ min: -1000n, max: -1n }),
    fc.bigInt({ min: 2n ** 53n - 5n, max: 2n ** 53n + 5n }),
    fc.bigInt({ min: 0n, max: 10n ** 30n })
  ),
  decimals: fc.integer({ min: 0, max: 25 }),
  exponent: fc.integer({ min: -12, max: 12 }),
  quoted: fc.boolean()
})

function write({ digits, decimals, exponent, quoted }: Written): string {
  const [sign, all] = digits < 0n ? ['-', String(-digits)] : ['', String(digits)]
  const padded = all.padStart(decimals + 1, '0')
  const [whole, fraction] = [padded.slice(0, padded.length - decimals), padded.slice(padded.length - decimals)]
  const text = `${sign}${whole}${fraction && `.${fraction}`}${exponent === 0 ? '' : `e${exponent}`}`
  return quoted ? JSON.stringify(text) : text
}

/** The oracle's numbers: counted in parts of 10 ** -60, which all of the above are whole numbers of. */
const PARTS = 60
const parts = ({ digits, decimals, exponent }: Written): bigint => digits * 10n ** BigInt(PARTS - decimals + exponent)

const AGGREGATES = ['sum', 'count', 'min', 'max'] as const
const mapping = fc.record({
  items: fc.array(
    fc.oneof({ weight: 9, arbitrary: written }, { weight: 1, arbitrary: fc.constantFrom('absent', 'null') }),
    {
      maxLength: 6
    }
  ),
  aggregate: fc.constantFrom(...AGGREGATES),
  plus: fc.array(written, { maxLength: 2 }),
  minus: fc.array(written, { maxLength: 2 }),
  over: fc.bigInt({ min: 1n, max: 10n ** 9n }),
  under: fc.bigInt({ min: 1n, max: 1000n }),
  round: fc.constantFrom('up', 'down', undefined)
})
type Case = typeof mapping extends fc.Arbitrary<infer Value> ? Value : never

/** What a person with enough paper would tell; undefined when there is no whole number to tell. */
function oracle({ items, aggregate, plus, minus, over, under, round }: Case): number | undefined {
  const numbers = items.flatMap(item => (typeof item === 'string' ? [] : [parts(item)]))
  const isNull = items.includes('null')
  if (items.includes('absent') || (isNull && aggregate !== 'count')) return undefined
  const ordered = numbers.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const values = {
    sum: numbers.reduce((all, number) => all + number, 0n),
    count: BigInt(items.length) * 10n ** BigInt(PARTS),
    min: ordered[0],
    max: ordered.at(-1)
  }
  let total = values[aggregate]
  if (total === undefined) return undefined
  for (const number of plus) total += parts(number)
  for (const number of minus) total -= parts(number)
  const [top, bottom] = [total * over, under * 10n ** BigInt(PARTS)]
  const remainder = ((top % bottom) + bottom) % bottom
  if (remainder !== 0n && round === undefined) return undefined
  const whole = (top - remainder) / bottom + (round === 'up' && remainder !== 0n ? 1n : 0n)
  return whole >= 0n && whole <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(whole) : undefined
}

/** What the provider tells, and whether it says that something is left out. */
function told({ items, aggregate, plus, minus, over, under, round }: Case) {
  const list = items.map(item => (item === 'absent' ? '{}' : `{"n":${item === 'null' ? item : write(item)}}`))
  const document = `{"items":[${list}],"plus":[${plus.map(write)}],"minus":[${minus.map(write)}]}`
  const used = {
    at: 'r#/items/*/n',
    [aggregate]: true,
    plus: plus.map((_number, index) => ({ at: `r#/plus/${index}` })),
    minus: minus.map((_number, index) => ({ at: `r#/minus/${index}` })),
    scale: `${over}/${under}`,
    ...(round && { round })
  }
  const { mapping } = readMapping(
    settingsOf({
      requests: { r: { get: 'https://api.example.com' } },
      quotas: { q: { used, limit: 'unlimited' } },
      empty: 'allow'
    })
  )
  if (!mapping) throw new Error('a mapping that is none')
  const problems: string[] = []
  const answer = parseExact(document)
  const report = convert(mapping, 'p', {
    connection: {},
    now: NOW,
    answerTo: () => answer,
    onProblem: what => void problems.push(what)
  })
  return { used: report.groups[0]?.quotas[0]?.used, problems }
}

t.test('the provider and exact arithmetic agree on every number, and on what is none', async t => {
  let whole = 0
  await fuzz(
    t,
    'mappings',
    'mappings read as exact arithmetic does',
    fc.asyncProperty(mapping, async example => {
      const expected = oracle(example)
      const { used, problems } = told(example)
      if (expected !== undefined) whole++
      return used === expected && problems.length === (expected === undefined ? 1 : 0)
    })
  )
  t.comment(`${whole} of them were whole numbers`)
  t.ok(whole > 0)
})

t.test('no document makes a number that was not there', async t => {
  await fuzz(
    t,
    'documents',
    'documents of any kind',
    fc.asyncProperty(fc.json({ maxDepth: 4 }), async text => {
      const { mapping } = readMapping(
        settingsOf({
          requests: { r: { get: 'https://api.example.com' } },
          quotas: { q: { used: { path: 'r#$..n' }, limit: { at: 'r#/limit', missing: 'unlimited' } } },
          empty: 'allow'
        })
      )
      if (!mapping) return false
      const answer = parseExact(`{"a":${text}}`)
      const { groups } = convert(mapping, 'p', {
        connection: {},
        now: NOW,
        answerTo: () => answer,
        onProblem: () => {}
      })
      return groups[0]?.quotas.every(({ used }) => text.includes('"n"') && Number.isSafeInteger(used)) === true
    })
  )
})
