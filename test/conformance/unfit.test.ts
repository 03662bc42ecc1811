// Each check of the conformance suite finds an adapter that does not do what it must.
import t from 'tap'
import { checks } from '../../src/conformance/checks.ts'
import { createChance, lesser, placesIn, replaced } from '../../src/conformance/generate.ts'
import { setStage } from '../../src/conformance/stage.ts'
import { testConformance } from '../../src/conformance/suite.ts'
import type { Conformance } from '../../src/providers/conformance.ts'
import { type ProviderAdapter, ProviderError, type QuotaProvider } from '../../src/quota/provider.ts'
import type { QuotaReport } from '../../src/quota/report.ts'
import { Secret, Type } from '../../src/schema.ts'

interface Connection {
  url: string
  apiKey: string
}

const reportOf = (used: unknown, more: object = {}): QuotaReport => ({
  vocabulary: 'thin',
  account: 'acme',
  groups: [
    {
      plans: [{ id: 'pro', name: 'Pro' }],
      quotas: [{ feature: 'seats', name: { en: 'Seats' }, unit: 'count', used: Number(used), limit: 10, ...more }]
    }
  ]
})

/** An adapter that asks by fetch alone: thin, and right. */
const provider: QuotaProvider<Connection> = {
  async fetchReport({ url, apiKey }, { signal }) {
    const { used } = await ask(url, apiKey, signal)
    if (!Number.isSafeInteger(used) || Number(used) < 0) throw new ProviderError('PROVIDER_REJECTED', 'answer-invalid')
    return reportOf(used)
  },
  async check(connection, { signal }) {
    try {
      await provider.fetchReport(connection, { signal, deadlineAt: 0, planMayHaveChanged: false })
      return { health: 'ok' }
    } catch (error) {
      return { health: 'failing', finding: error instanceof ProviderError ? error.finding : 'answer-invalid' }
    }
  },
  upgradeUrl: () => 'https://example.com/plans',
  close: async () => {}
}

async function ask(url: string, apiKey: string, signal: AbortSignal): Promise<{ used?: unknown }> {
  try {
    const answer = await fetch(`${url}/usage`, { signal, redirect: 'error', headers: { authorization: apiKey } })
    if (answer.status === 402) throw new ProviderError('PROVIDER_REJECTED', 'not-paid')
    if (answer.status !== 200) throw new ProviderError('PROVIDER_REJECTED', 'access-refused')
    return Object(await answer.json())
  } catch (error) {
    throw error instanceof ProviderError ? error : new ProviderError('QUOTA_UNAVAILABLE', 'unreachable')
  }
}

const right: ProviderAdapter<unknown, Connection> = {
  type: 'thin',
  title: 'Thin',
  findings: { 'not-paid': ['Nobody paid.', 'Pay.'] },
  settingsSchema: Type.Object({}),
  connectionSchema: Type.Object({
    url: Type.String({ description: 'the address' }),
    apiKey: Secret({ description: 'a key' })
  }),
  features: () => ({ known: ['seats'], shown: ['seats'] }),
  create: () => provider
}
const conformance: Conformance = {
  connection: (url, apiKey) => ({ url, apiKey }),
  answers: { '/usage': { used: 7 } },
  findings: { 'not-paid': { status: 402 } }
}

type Change = Partial<ProviderAdapter<unknown, Connection>>
const asking = (change: Partial<QuotaProvider<Connection>>): Change => ({ create: () => ({ ...provider, ...change }) })
const telling = (report: QuotaReport) => asking({ fetchReport: async () => report })

/** Why a check is not content, in words; undefined when it is. */
async function verdict(check: RegExp, change: Change, more: Partial<Conformance> = {}): Promise<string | undefined> {
  const stage = await setStage({ ...right, ...change }, { ...conformance, ...more }, '.')
  try {
    const found = checks.find(({ name }) => check.test(name))
    if (!found) throw new Error(`there is no check ${check}`)
    await found.run(stage)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    stage.close()
  }
}

t.test('an adapter that asks by fetch alone can conform', async t => {
  for (const { name, status, why } of await testConformance(right, conformance)) t.equal(status, 'ok', `${name} ${why}`)
})

t.test('each check finds what is not as it must be', async t => {
  const HEALTHY = /^a healthy upstream/
  const never = () => new Promise<never>(() => {})
  const cases: [RegExp, Change, RegExp, Partial<Conformance>?][] = [
    [/^each finding has/, { findings: { 'not-paid': ['not paid', 'Pay.'] } }, /not-paid needs two sentences/],
    [
      /^each finding has/,
      { settingsSchema: Type.Object({ plan: Type.Optional(Type.String()) }) },
      /plan has no description/
    ],
    [/^it names features/, { features: () => ({ known: [], shown: [] }) }, /features knows none/],
    [/^it names features/, { features: () => ({ known: ['a'], shown: ['b'] }) }, /features shows b, which/],
    [HEALTHY, telling({ ...reportOf(1), groups: [] }), /the report has no quota/],
    [HEALTHY, telling(reportOf(1, { feature: 'rooms' })), /the report has rooms, which features does not know/],
    [HEALTHY, telling(reportOf(1, { name: { de: 'Sitze' } })), /seats has no name in English/],
    [HEALTHY, telling(reportOf(Number.NaN)), /the report cannot be used: groups\.0\.quotas\.0\.used/],
    [
      HEALTHY,
      asking({ check: async () => ({ health: 'failing', finding: 'timeout' }) }),
      /the check of a connection fails/
    ],
    [
      HEALTHY,
      asking({ check: async () => ({ health: 'limited', finding: 'odd' }) }),
      /odd is a finding that findings does not explain/
    ],
    [
      HEALTHY,
      asking({ check: () => Promise.reject(new TypeError('no')) }),
      /check throws what is no ProviderError: TypeError: no/
    ],
    [HEALTHY, asking({ fetchReport: () => Promise.reject('no') }), /fetchReport throws what is no ProviderError: no/],
    [
      HEALTHY,
      asking({ fetchReport: () => Promise.reject(new ProviderError('PROVIDER_REJECTED', 'timeout')) }),
      /no report where all is well: timeout/
    ],
    [HEALTHY, asking({ close: never }), /close does not end within 2000 ms/],
    [
      /^asked twice/,
      asking({ fetchReport: async (_connection, { planMayHaveChanged }) => reportOf(planMayHaveChanged ? 1 : 2) }),
      /two reports of the same numbers differ/
    ],
    [
      /^asked twice/,
      asking({ fetchReport: async connection => Object.assign(connection, { url: '' }) && reportOf(1) }),
      /TypeError: Cannot assign to read only/
    ],
    [/^where a person/, asking({ upgradeUrl: () => 'javascript:1' }), /upgradeUrl gives no web address/],
    [/answers 500/, telling(reportOf(1)), /the report has quotas all the same/],
    [/answers 500/, asking({ check: async () => ({ health: 'ok' }) }), /the check of a connection is ok all the same/],
    [/answers 500/, {}, /it asks nobody over HTTP/, { answers: undefined as never }],
    [/^it ends when/, asking({ fetchReport: never }), /fetchReport goes on 500 ms after its signal/],
    [/^it ends when/, telling(reportOf(1)), /there is a report although nothing was answered/],
    [
      /^it ends when/,
      asking({ check: async () => ({ health: 'ok' }) }),
      /a connection works although nothing was answered/
    ],
    [
      /^each finding of its own/,
      {},
      /not-paid was not found, but access-refused and access-refused/,
      { findings: { 'not-paid': { status: 418 } } }
    ],
    [
      /^each finding of its own/,
      {},
      /not-paid was not found, but nothing/,
      { findings: { 'not-paid': { answers: {} } } }
    ],
    [
      /^each finding of its own/,
      {},
      /conformance does not say how the upstream answers where it is not-paid/,
      { findings: {} }
    ],
    [/^each finding of its own/, { findings: {} }, /it has none of its own/],
    [
      /^a number that is missing/,
      asking({
        fetchReport: async ({ url, apiKey }, { signal }) => reportOf(Number((await ask(url, apiKey, signal)).used ?? 0))
      }),
      /seats is told as 0 where the answer lacks \/usage used/
    ],
    [
      /^whatever the upstream/,
      asking({ fetchReport: async ({ url, apiKey }, { signal }) => reportOf((await ask(url, apiKey, signal)).used) }),
      /the report cannot be used: .* \(the upstream answered \{"\/usage":/
    ]
  ]
  for (const [check, change, expected, more] of cases) t.match(await verdict(check, change, more), expected)
})

t.test('a secret is found in whatever was said, and in an address', async t => {
  for (const [fetchReport, expected] of [
    [async ({ apiKey }: Connection) => reportOf(1, { name: apiKey }), /the report cannot be used: it holds a secret/],
    [
      async ({ apiKey }: Connection) =>
        Promise.reject(new ProviderError('PROVIDER_REJECTED', 'not-paid', { reason: apiKey })),
      /a secret of the connection is in/
    ],
    [
      async ({ url, apiKey }: Connection) => (await fetch(`${url}/?key=${apiKey}`)) && reportOf(1),
      /a secret is in a URL/
    ]
  ] as const) {
    const results = await testConformance(
      { ...right, ...asking({ fetchReport }) },
      { ...conformance, answers: { '/usage': {} } }
    )
    const secret = results.find(({ name }) => name.startsWith('no secret'))
    const all = results.map(({ why }) => why).join()
    t.match(all, expected)
    t.equal(secret?.status, 'failed')
  }
})

t.test('what an adapter brings along must fit it', async t => {
  const whyNot = async (change: Change, more: Partial<Conformance> = {}) => {
    const [first, ...others] = await testConformance({ ...right, ...change }, { ...conformance, ...more })
    t.strictSame(others, [])
    return `${first?.status} ${first?.why}`
  }
  t.match(await whyNot({}, { connection: url => ({ url }) }), /failed the connection of conformance: apiKey is missing/)
  t.match(
    await whyNot({ settingsMistakes: () => [{ path: ['plan'], message: 'is odd' }] }),
    /failed the settings of conformance: plan is odd/
  )
  t.match(await whyNot({ adapterFor: () => ({ path: [], message: 'is no adapter' }) }), /failed is no adapter/)
  t.match(await whyNot({}, { connection: () => Promise.reject.bind(undefined) }), /failed/)
  t.match(
    await whyNot(
      {},
      {
        settings: () => {
          throw new TypeError('no')
        }
      }
    ),
    /failed it throws TypeError: no/
  )
  t.match(
    await whyNot(
      {},
      {
        settings: () => {
          throw 'no'
        }
      }
    ),
    /failed it throws no/
  )
})

t.test('documents are changed in one place, the same for the same seed', async t => {
  const document = { a: [1, { b: null }], c: {} }
  t.strictSame(placesIn(document), [['a'], ['a', '0'], ['a', '1'], ['a', '1', 'b'], ['c']])
  t.strictSame(replaced(document, ['a', '1', 'b'], 7), { a: [1, { b: 7 }], c: {} })
  t.strictSame(
    lesser({ x: { list: [1], n: 2 } }).map(({ documents }) => documents),
    [
      { x: { list: null, n: 2 } },
      { x: { n: 2 } },
      { x: { list: [null], n: 2 } },
      { x: { list: [1], n: null } },
      { x: { list: [1] } }
    ]
  )
  const [one, other] = [createChance(7), createChance(7)]
  t.equal(one(), other())
})
