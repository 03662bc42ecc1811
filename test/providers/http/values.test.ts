// What is read from an answer, and what is left out: nothing is guessed.
import t, { type Test } from 'tap'
import { convert } from '../../../src/providers/http/convert.ts'
import { parseExact } from '../../../src/providers/http/json.ts'
import { readMapping } from '../../../src/providers/http/mapping.ts'
import { NOW, settingsOf } from '../../helpers/http-provider.ts'

/** What a mapping of one request tells of an answer, given as text, and what it could not read. */
function told(answer: string, settings: object) {
  const written = { requests: { r: { get: 'https://api.example.com' } }, empty: 'allow', ...settings }
  const { mapping, mistakes } = readMapping(
    settingsOf({ quotas: { q: { used: { at: 'r#/used' }, limit: { at: 'r#/limit' } } }, ...written })
  )
  if (!mapping) throw new Error(JSON.stringify(mistakes))
  const problems: string[] = []
  const report = convert(mapping, 'credits', {
    connection: {},
    now: NOW,
    answerTo: () => parseExact(answer),
    onProblem: (what, { kind, at }) => void problems.push(`${what} ${kind} ${at}`)
  })
  const [group] = report.groups
  return { report, plans: group?.plans, quotas: group?.quotas, problems }
}

const used = (answer: string, value: object) =>
  told(answer, { quotas: { q: { used: value, limit: 'unlimited' } } }).quotas?.[0]?.used
const limit = (answer: string, value: unknown) =>
  told(answer, { quotas: { q: { used: { at: 'r#/zero' }, limit: value } } }).quotas?.[0]?.limit

t.test('numbers are read exactly, also from texts, of any size and with any decimals', async t => {
  for (const [text, expected] of Object.entries({
    '7': 7,
    '7.0': 7,
    '"28.0"': 28,
    '1.5e1': 15,
    '120e-1': 12,
    '0': 0,
    '-0': 0,
    '9007199254740991': 9007199254740991
  }))
    t.equal(used(`{"used":${text}}`, { at: 'r#/used' }), expected, text)
  t.equal(used('{"a":"28.0","b":"2.0"}', { at: 'r#/a', minus: { at: 'r#/b' } }), 26)
  t.equal(used('{"a":0.1,"b":0.2}', { at: 'r#/a', plus: { at: 'r#/b' }, scale: 10 }), 3)
  t.equal(used('{"a":9007199254740993,"b":9007199254740990}', { at: 'r#/a', minus: [{ at: 'r#/b' }] }), 3)
  t.equal(used('{"a":12345}', { at: 'r#/a', scale: '1/100', round: 'down' }), 123)
  t.equal(used('{"a":12345}', { at: 'r#/a', scale: 0.01, round: 'up' }), 124)
  t.equal(used('{"a":1.5}', { at: 'r#/a', scale: 1073741824 }), 1610612736)
  t.equal(used('{"a":5}', { at: 'r#/a', plus: [1, { at: 'r#/a', scale: 2 }], minus: 3 }), 13)
})

t.test('what cannot be used is left out, and told with its pointer and none of its content', async t => {
  for (const text of [
    ...['"NaN"', '1e400', '-1', '"-5"', '7.5', '"7,5"', '"1 000"', '" 7"', '"7 "', '"+7"', '"0x7"', '""', '"Infinity"'],
    ...[
      'true',
      '[]',
      '[7]',
      '{}',
      '9007199254740992',
      '1e16',
      `"${'9'.repeat(200)}"`,
      '"secret words"',
      '1e-400',
      '"007"'
    ]
  ]) {
    const { quotas, problems } = told(`{"used":${text},"limit":10}`, {})
    t.strictSame(quotas, [], text)
    t.strictSame(problems, ['quotas.q.used wrong r#/used'], text)
  }
  const { problems } = told('{"used":7,"limit":-2}', {})
  t.strictSame(problems, ['quotas.q.limit wrong r#/limit'])
})

t.test('missing is never 0', async t => {
  for (const answer of ['{}', '{"used":null}', '[]', '"x"', 'null', '7'])
    t.strictSame(told(answer, { quotas: { q: { used: { at: 'r#/used' }, limit: 5 } } }).quotas, [], answer)
  const { quotas, problems } = told('{"used":1}', {})
  t.strictSame(quotas, [])
  t.strictSame(problems, ['quotas.q.limit missing r#/limit'])
  t.equal(used('{"a":5}', { at: 'r#/a', minus: { at: 'r#/b' } }), undefined, 'nor is a part of a difference')
  t.equal(used('{"a":[{"n":1},{}]}', { at: 'r#/a/*/n', sum: true }), undefined, 'nor an item without the number')
  t.equal(used('{"a":[{"n":1},{"n":null}]}', { at: 'r#/a/*/n', sum: true }), undefined)
  t.equal(used('{"a":{}}', { at: 'r#/a/*/n', sum: true }), undefined, 'nor what is no list')
  t.equal(used('{"a":[1,2]}', { at: 'r#/a/2' }), undefined)
  t.equal(used('{"a":[1,2]}', { at: 'r#/a/01' }), undefined)
})

t.test('missing can mean unlimited, or a failure, where the mapping says so', async t => {
  t.equal(limit('{"zero":0}', { at: 'r#/limit', missing: 'unlimited' }), 'unlimited')
  t.equal(
    limit('{"zero":0,"limit":"many"}', { at: 'r#/limit', missing: 'unlimited' }),
    undefined,
    'what is wrong is not missing'
  )
  for (const answer of ['{"limit":5}', '{"limit":5,"used":"x"}'])
    t.throws(() => told(answer, { quotas: { q: { used: { at: 'r#/used', missing: 'fail' }, limit: 5 } } }), {
      code: 'PROVIDER_REJECTED',
      finding: 'value-missing',
      reason: 'quotas.q.used'
    })
  t.throws(() => told('{}', { empty: 'fail' }), { code: 'PROVIDER_REJECTED', finding: 'nothing-found' })
})

t.test('a limit may be unlimited by what stands there', async t => {
  const value = { at: 'r#/l', unlimitedWhen: [null, -1, 'none', true] }
  for (const text of ['null', '-1', '-1.0', '"none"', 'true'])
    t.equal(limit(`{"zero":0,"l":${text}}`, value), 'unlimited', text)
  t.equal(limit('{"zero":0,"l":5}', value), 5)
  t.equal(limit('{"zero":0,"l":false}', value), undefined)
  t.equal(limit('{"zero":0}', value), undefined, 'what is not there is missing')
  t.equal(limit('{"zero":0}', 'unlimited'), 'unlimited')
  t.equal(limit('{"zero":0}', 500), 500)
  const sum = { at: 'r#/l/*', sum: true, unlimitedWhen: [null] }
  t.equal(limit('{"zero":0,"l":[1,null]}', sum), 'unlimited')
  t.equal(
    limit('{"zero":0,"l":[1,null]}', { ...sum, sum: undefined, min: true }),
    1,
    'the least of several limits is one'
  )
  t.equal(limit('{"zero":0,"l":[null]}', { ...sum, sum: undefined, min: true }), 'unlimited')
  t.equal(limit('{"zero":0,"l":null,"m":1}', { ...value, minus: { at: 'r#/m' } }), 'unlimited')
  t.equal(limit('{"zero":0,"l":null}', { ...value, minus: { at: 'r#/m' } }), undefined)
})

t.test('several values are summed, counted, or the least or greatest is taken', async t => {
  const list = '{"a":[{"n":3},{"n":"1.5"},{"n":2.5}]}'
  t.equal(used(list, { at: 'r#/a/*/n', sum: true }), 7)
  t.equal(used(list, { at: 'r#/a/*/n', count: true }), 3)
  t.equal(used(list, { at: 'r#/a/*', count: true }), 3)
  t.equal(used(list, { at: 'r#/a/*/n', max: true }), 3)
  t.equal(used('{"a":[3,1,2]}', { at: 'r#/a/*', min: true }), 1)
  t.equal(used('{"a":[[1,2],[3]]}', { at: 'r#/a/*/*', sum: true }), 6)
  t.equal(used('{"a":[]}', { at: 'r#/a/*/n', sum: true }), 0, 'a list that is empty says that there is none')
  t.equal(used('{"a":[]}', { at: 'r#/a/*/n', count: true }), 0)
  t.equal(used('{"a":[]}', { at: 'r#/a/*/n', max: true }), undefined)
  t.equal(used('{"a/b":{"~":1}}', { at: 'r#/a~1b/~0' }), 1)
  t.equal(used('{"__proto__":{"n":1}}', { at: 'r#/__proto__/n' }), 1)
  t.equal(used('{}', { at: 'r#/constructor/length' }), undefined)
  t.equal(used('7', { at: 'r#' }), 7)
})

t.test('JSONPath finds by conditions, each value once', async t => {
  const wallets = '{"w":[{"s":"on","n":3,"l":9007199254740993},{"s":"off","n":5},{"s":"on","n":4}]}'
  t.equal(used(wallets, { path: "r#$.w[?@.s == 'on'].n", sum: true }), 7)
  t.equal(used(wallets, { path: "r#$.w[?@.s == 'on']", each: '/n', sum: true }), 7)
  t.equal(used(wallets, { path: "r#$.w[?@.s == 'off'].n" }), 5)
  t.equal(used(wallets, { path: "r#$.w[?@.s == 'on'].n" }), undefined, 'one of several is nobody')
  t.equal(used(wallets, { path: "r#$.w[?@.s == 'on']", each: '/l', max: true }), undefined, 'one of them has none')
  t.equal(used(wallets, { path: "r#$.w[?@.s == 'on'].l", minus: 9007199254740990 }), 3, 'digits are kept')
  t.equal(used(wallets, { path: "r#$.w[?@.s == 'gone'].n", sum: true }), undefined, 'nothing found is not 0')
  t.equal(used(wallets, { path: 'r#$.w[0, 0].n', sum: true }), undefined, 'nor is a value counted twice')
  t.equal(used('{"*":{"a":5}}', { path: "r#$['*'].a" }), 5)
  t.equal(used('{"a":true,"b":"x","c":null,"d":5}', { path: 'r#$.d' }), 5)
})

t.test('a value may stand for another one', async t => {
  const map = { free: 100, pro: 5000, enterprise: 'unlimited', '7': 1, true: 2 }
  for (const [text, expected] of Object.entries({
    '"free"': 100,
    '"enterprise"': 'unlimited',
    '7': 1,
    '7.0': 1,
    true: 2
  }))
    t.equal(limit(`{"zero":0,"p":${text}}`, { at: 'r#/p', map }), expected, text)
  for (const text of ['"other"', '1.5', '[]', 'false'])
    t.equal(limit(`{"zero":0,"p":${text}}`, { at: 'r#/p', map }), undefined, text)
})

/** Quota with a renewal read so. */
const renewal = (t: Test, answer: string, value: object) => {
  const { quotas } = told(answer, { quotas: { q: { used: { at: 'r#/zero' }, limit: 5, renewsAt: value } } })
  t.equal(quotas?.length, 1, 'the quota stands without its date')
  return quotas?.[0]?.renewsAt?.toISOString()
}

t.test('moments are read as the mapping says that they are written', async t => {
  const at = (text: string, as?: string) => renewal(t, `{"zero":0,"d":${text}}`, { at: 'r#/d', ...(as && { as }) })
  t.equal(at('"2026-12-05T13:03:34+04:00"'), '2026-12-05T09:03:34.000Z')
  t.equal(at('"2026-12-05t13:03:34.123456z"', 'rfc3339'), '2026-12-05T13:03:34.123Z')
  t.equal(at('"2026-12-05"', 'date'), '2026-12-05T00:00:00.000Z')
  t.equal(at('1796428800', 'epoch-s'), '2026-12-05T00:00:00.000Z')
  t.equal(at('"1796428800000"', 'epoch-ms'), '2026-12-05T00:00:00.000Z')
  for (const text of [
    '"2026-12-05"',
    '"2026-02-30T00:00:00Z"',
    '"2026-12-05T00:00:00"',
    '"soon"',
    '1796428800',
    'true',
    '{}',
    'null'
  ])
    t.equal(at(text), undefined, text)
  for (const text of ['"2026-02-29"', '"2026-12-05T00:00:00Z"', '"0000-00-00"'])
    t.equal(at(text, 'date'), undefined, text)
  for (const text of ['-1', '1.5', '1e9', '"9999999999999"', '""']) t.equal(at(text, 'epoch-s'), undefined, text)
  t.equal(renewal(t, '{"zero":0}', { clock: 'nextMonthStart' }), '2026-12-01T00:00:00.000Z')
  t.equal(renewal(t, '{"zero":0}', { clock: 'nextDayStart' }), '2026-11-23T00:00:00.000Z')
  const several = '{"zero":0,"d":["2026-12-05","2026-12-01","2026-12-09"]}'
  t.equal(renewal(t, several, { at: 'r#/d/*', as: 'date', min: true }), '2026-12-01T00:00:00.000Z')
  t.equal(renewal(t, several, { at: 'r#/d/*', as: 'date', max: true }), '2026-12-09T00:00:00.000Z')
  t.equal(renewal(t, several, { path: 'r#$.d[*]', as: 'date' }), undefined)
})

t.test('plans have ids and names from the answer, the configuration, or both', async t => {
  const plans = (answer: string, ...plans: object[]) => told(answer, { plans }).plans
  t.strictSame(plans('{"p":"pro","n":"Pro"}', { id: { at: 'r#/p' }, name: { at: 'r#/n' } }), [
    { id: 'pro', name: 'Pro' }
  ])
  t.strictSame(plans('{"p":7}', { id: { at: 'r#/p' }, name: { en: 'Seven', de: 'Sieben' } }), [
    { id: '7', name: { en: 'Seven', de: 'Sieben' } }
  ])
  t.strictSame(plans('{}', { id: 'free', name: 'Free' }), [{ id: 'free', name: 'Free' }])
  t.strictSame(plans('{"p":"a"}', { id: { at: 'r#/p', map: { a: 'b' } } }), [{ id: 'b' }])
  t.strictSame(
    plans('{"p":"c","n":""}', { id: { at: 'r#/p', map: { a: 'b' } } }),
    [],
    'what map does not have is no plan'
  )
  t.strictSame(
    plans('{"p":"c","n":"\\u202e"}', { id: { at: 'r#/p' }, name: { at: 'r#/n' } }),
    [{ id: 'c' }],
    'nor is what cannot be seen a name'
  )
  t.strictSame(plans('{"p":["a","b"]}', { id: { path: 'r#$.p[*]' } }), [], 'nor one of several')
  t.strictSame(
    plans('{"p":"a"}', { id: { at: 'r#/p' } }, { id: 'a', name: 'A' }),
    [{ id: 'a', name: 'A' }],
    'one id is one plan'
  )
  t.strictSame(plans('{}', { id: { at: 'r#/p' } }), [])
})

t.test('where a plan stands is one of four words', async t => {
  const state = (answer: string) => {
    const { report } = told(answer, {
      state: { at: 'r#/s', map: { trialing: 'trial', ok: 'active', late: 'grace' } },
      stateEndsAt: { at: 'r#/e', as: 'date' }
    })
    return [report.state, report.stateEndsAt?.toISOString()]
  }
  t.strictSame(state('{"s":"trialing","e":"2026-12-05"}'), ['trial', '2026-12-05T00:00:00.000Z'])
  t.strictSame(state('{"s":"ok","e":"2026-12-05"}'), ['active', undefined], 'what is active does not end')
  t.strictSame(state('{"s":"odd","e":"2026-12-05"}'), [undefined, undefined])
})

t.test('a report says whose it is, and what the maker calls things', async t => {
  const { report } = told('{"used":1,"limit":2}', {
    quotas: {
      q: {
        used: { at: 'r#/used' },
        limit: { at: 'r#/limit' },
        names: { en: 'Credits' },
        unit: 'bytes',
        manageUrl: 'https://example.com/m'
      }
    },
    upgradeUrl: 'https://example.com/buy'
  })
  t.strictSame(report, {
    vocabulary: 'http',
    account: 'credits',
    groups: [
      {
        plans: [],
        quotas: [
          {
            feature: 'q',
            unit: 'bytes',
            used: 1,
            limit: 2,
            name: { en: 'Credits' },
            manageUrl: 'https://example.com/m'
          }
        ],
        upgradeUrl: 'https://example.com/buy'
      }
    ]
  })
})

t.test('a document too deep or too manifold is none', async t => {
  t.throws(() => parseExact('['.repeat(70) + ']'.repeat(70)))
  t.throws(() => parseExact(`[${'1,'.repeat(200_000)}1]`))
  t.throws(() => parseExact('['.repeat(100_000) + ']'.repeat(100_000)))
  t.throws(() => parseExact('<html>'))
})

t.test('100,000 values in one place are nobody’s quota', async t => {
  t.equal(used(`{"a":[${'1,'.repeat(9_999)}1]}`, { at: 'r#/a/*', sum: true }), 10_000)
  t.equal(used(`{"a":[${'1,'.repeat(10_000)}1]}`, { at: 'r#/a/*', sum: true }), undefined)
  t.equal(used(`{"a":[${'1,'.repeat(99_999)}1]}`, { at: 'r#/a/*', sum: true }), undefined)
})
