// The other side of chaos: an API that a provider of type http reads, page by page, and that fails at random; and what each customer
// held and when.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ManagedBridge } from '../helpers/manage.ts'

/** `Age` is in whole seconds, and a fetch takes up to the deadline. */
const AGE_SLACK_MS = 4000
/** Every customer's numbers are their own, so that another's would show. */
const APART = 1_000_000
const SECOND_PAGE = 17

interface Held {
  used: number
  since: number
}

interface Customer {
  id: string
  history: Held[]
}

const send =
  (status: number, body: string, type = 'application/json', headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(status, { 'content-type': type, ...headers }).end(body)

/** What happens instead of an answer. None of it is a number that may be shown. */
const faults: Readonly<Record<string, (response: ServerResponse, page: number) => void>> = {
  'status 500': send(500, '{}'),
  'status 503': send(503, '{}'),
  'status 429': send(429, '{}', 'application/json', { 'retry-after': '1' }),
  'status 401': send(401, '{}'),
  'a page': send(200, '<html></html>', 'text/html'),
  'half of JSON': send(200, '{"items": [{"id": 1, "us'),
  'another schema': send(200, '{"data": {"used": 0}}'),
  'an empty list that leads on': send(200, '{"items": [], "next": 7}'),
  'no number': send(200, '{"items": [{"id": 1, "used": null}], "next": null}'),
  'not a number': send(200, '{"items": [{"id": 1, "used": "NaN"}], "next": null}'),
  'a number too large': send(200, '{"items": [{"id": 1, "used": 1e400}], "next": null}'),
  'less than nothing': send(200, '{"items": [{"id": 1, "used": -1}], "next": null}'),
  'an item twice': send(200, '{"items": [{"id": 1, "used": 1}, {"id": 1, "used": 1}], "next": null}'),
  'nothing at all': response => void response.socket?.destroy(),
  silence: () => {},
  // The first page is right, the second one is not there: what is left must not be taken for all.
  'only the first page': (response, page) => (page > 1 ? send(503, '{}')(response) : undefined)
}
const faultNames = Object.keys(faults)

export interface Credits {
  /** What stands in the configuration for it. */
  providers: object
  actions: object
  connect(bridge: ManagedBridge): Promise<void>
  /** Until then: customers use up credits, the API fails and recovers, calls are made and looked at. */
  run(replicas: readonly ManagedBridge[], endAt: number, calmMs: number): Promise<void>
  tally: {
    calls: number
    fresh: number
    aged: number
    errors: number
    faults: number
    asked: number
    slowestMs: number
    wrong: string[]
  }
}

/** Starts the API; `chance` gives numbers from 0 to 1. */
export async function startCredits(
  teardown: (work: () => unknown) => void,
  chance: () => number,
  customersMax = 10,
  callers = 5
): Promise<Credits> {
  const anyOf = <Item>(list: readonly Item[]): Item => {
    const item = list[Math.floor(chance() * list.length)]
    if (item === undefined) throw new Error('nothing to choose from')
    return item
  }
  const customers = Array.from(
    { length: customersMax },
    (_, index): Customer => ({
      id: `customer-${index}`,
      history: [{ used: index * APART + SECOND_PAGE + 1, since: 0 }]
    })
  )
  const tally: Credits['tally'] = {
    calls: 0,
    fresh: 0,
    aged: 0,
    errors: 0,
    faults: 0,
    asked: 0,
    slowestMs: 0,
    wrong: []
  }
  let fault: string | undefined

  const server = createServer((request, response) => {
    tally.asked++
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://api')
    const customer = customers.find(({ id }) => pathname === `/credits/${id}`)
    const page = Number(searchParams.get('page') ?? 1)
    if (fault !== undefined) faults[fault]?.(response, page)
    if (response.writableEnded || response.destroyed || fault === 'silence') return
    if (!customer || request.headers.authorization !== `Bearer key-of-${customer.id}`) return send(403, '{}')(response)
    // Only the first page changes, so that two pages of different moments are a sum that was held all the same.
    const used = page === 1 ? (customer.history.at(-1)?.used ?? 0) - SECOND_PAGE : SECOND_PAGE
    send(200, JSON.stringify({ items: [{ id: page, used }], next: page === 1 ? 2 : null, limit: 2 ** 40 }))(response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`

  async function use(endAt: number): Promise<void> {
    while (Date.now() < endAt) {
      const { history } = anyOf(customers)
      history.push({ used: (history.at(-1)?.used ?? 0) + 1, since: Date.now() })
      await sleep(100)
    }
  }

  async function fail(until: number): Promise<void> {
    while (Date.now() < until) {
      await sleep(chance() * 4000)
      tally.faults++
      fault = anyOf(faultNames)
      await sleep(chance() * 3000)
      fault = undefined
    }
  }

  async function call(bridge: ManagedBridge, customer: Customer): Promise<void> {
    const started = Date.now()
    const answer = await bridge.ask(customer.id, 'site-credits')
    const body = JSON.parse(await answer.text())
    const answered = Date.now()
    tally.calls++
    tally.slowestMs = Math.max(tally.slowestMs, answered - started)
    if (answer.status !== 200) {
      tally.errors++
      return
    }
    const [quota] = body.actionQuotaInfo.quotaInfo[0]?.quotas ?? []
    const told = {
      used: Number(quota?.currentUsage),
      ageMs: Number(answer.headers.get('age')) * 1000,
      isAged: /detail=/.test(answer.headers.get('cache-status') ?? ''),
      isToldOfAge: / UTC/.test(quota?.additionalInfo?.description ?? '')
    }
    if (told.isAged) tally.aged++
    else tally.fresh++
    const from = answered - told.ageMs - AGE_SLACK_MS
    const { history } = customer
    const wasHeld = history.some(
      ({ used, since }, index) =>
        used === told.used && since <= answered && (history[index + 1]?.since ?? Number.POSITIVE_INFINITY) >= from
    )
    const wrong = wasHeld ? (told.isAged === told.isToldOfAge ? undefined : 'its age is not told') : 'never held then'
    if (wrong) tally.wrong.push(`${customer.id}: ${wrong}: ${JSON.stringify(told)}`)
  }

  async function callOn(replicas: readonly ManagedBridge[], endAt: number): Promise<void> {
    while (Date.now() < endAt) {
      await call(anyOf(replicas), anyOf(customers))
      await sleep(chance() * 200)
    }
  }

  return {
    tally,
    providers: {
      credits: {
        ...{ type: 'http', connection: 'per-site', allowPrivateHosts: true },
        ...{ freshFor: '5s', patience: '500ms', keepFor: '90s' },
        fields: { customer: { title: 'Customer' }, apiKey: { title: 'Key', secret: true } },
        auth: { bearer: '{apiKey}' },
        requests: {
          credits: { get: `${url}/credits/{customer}`, list: { items: '/items', next: '/next', as: 'page', id: '/id' } }
        },
        plans: [{ id: 'credits', name: 'Credits' }],
        quotas: {
          credits: {
            used: { at: 'credits#/items/*/used', sum: true, missing: 'fail' },
            limit: { at: 'credits#/limit' }
          }
        }
      }
    },
    actions: { 'site-credits': { provider: 'credits' } },
    async connect({ manage }) {
      for (const { id } of customers) {
        const connection = { customer: id, apiKey: `key-of-${id}` }
        const saved = await manage('PUT', `v1/connections/credits/${id}?check=false`, connection)
        if (!saved.ok) throw new Error(`a connection was not saved: ${saved.status}`)
      }
    },
    run: async (replicas, endAt, calmMs) =>
      void (await Promise.all([
        use(endAt),
        fail(endAt - calmMs),
        ...Array.from({ length: callers }, () => callOn(replicas, endAt))
      ]))
  }
}
