// A DocSpace of our own: answers like a portal, for API keys of every role, and fails on command.
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Fault, faults } from './docspace-faults.ts'
import { asSeenBy, isPaid, loadScenario, type Role, type Scenario, type ScenarioName } from './docspace-scenarios.ts'
import { type FakePage, sendPage } from './fake-page.ts'

const ROLES: readonly Role[] = ['owner', 'admin', 'room-admin', 'user', 'guest']
const GUEST_REFUSAL = {
  error: {
    message: 'Access denied',
    type: 'System.Security.SecurityException',
    stack: '   at Some.Where()',
    hresult: -2146233078
  },
  status: 1,
  statusCode: 403
}

/** Any good key may ask about itself, whatever its scope. */
const keyAnswer = ({ keysEndAt }: FakePortal) => ({
  response: { name: 'Quota Bridge', isActive: true, ...(keysEndAt !== undefined && { expiresAt: keysEndAt }) },
  count: 1,
  status: 0,
  statusCode: 200
})

export type Endpoint = 'quota' | 'tariff' | 'key'
/** What a person would see in a portal, for whoever clicks a link of ours. */
const pages: Record<string, FakePage> = {
  '/portal-settings/payments/portal-payments': {
    title: 'Payments of a fake DocSpace',
    text: "In a real portal the owner or an admin chooses and pays the plan here. A card's Upgrade button leads here."
  },
  '/portal-settings/management/disk-space': {
    title: 'Disk space of a fake DocSpace',
    text: 'In a real portal the storage is managed here: what fills it, and what may be deleted.'
  }
}
const PATHS: Record<string, Endpoint> = {
  '/api/2.0/portal/payment/quota': 'quota',
  '/api/2.0/portal/tariff': 'tariff',
  '/api/2.0/keys/@self': 'key'
}

export interface RecordedCall {
  endpoint: Endpoint
  refresh: boolean
  authorization: string
}

/** What one portal holds; change it, and the next call tells the change. */
export interface FakePortal {
  scenario: Scenario
  /** An API key of each role. */
  keys: Record<Role, string>
  /** A key whose scope is too narrow for both calls. */
  narrowKey: string
  /** When the keys end, as DocSpace writes it; they never do without. */
  keysEndAt?: string
}

export interface FakeDocSpace {
  /** The origin of every portal here; the API key tells which is meant. */
  url: string
  /** The portal that is there from the start. */
  portal: FakePortal
  addPortal(scenario: ScenarioName): FakePortal
  /** Starts over with recorded answers. */
  load(scenario: ScenarioName): void
  /** How calls fail from now on, on one endpoint or on both; undefined ends it. */
  fail(fault: Fault | undefined, endpoint?: Endpoint): void
  /** Before each answer, in milliseconds. */
  delayMs: number
  /** By how much its clock is ahead of ours, in milliseconds: the header Date of each answer tells it. */
  clockAheadMs: number
  /** Every API key there is. */
  secrets: string[]
  /** The calls that came, in order. */
  calls: RecordedCall[]
  close(): Promise<void>
}

/** Starts a fake DocSpace on a free port of this machine. */
export async function startFakeDocSpace(
  scenario: ScenarioName = 'business',
  now: () => number = Date.now
): Promise<FakeDocSpace> {
  const keys = new Map<string, { portal: FakePortal; role?: Role }>()
  const broken = new Map<Endpoint, Fault>()

  const server = createServer(answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the fake DocSpace has no port')

  const fake: FakeDocSpace = {
    url: `http://127.0.0.1:${address.port}`,
    portal: addPortal(scenario),
    addPortal,
    load(name) {
      fake.portal.scenario = loadScenario(name, new Date(now()))
    },
    fail(fault, endpoint) {
      for (const each of endpoint ? [endpoint] : Object.values(PATHS)) {
        if (fault) broken.set(each, fault)
        else broken.delete(each)
      }
    },
    delayMs: 0,
    clockAheadMs: 0,
    get secrets() {
      return [...keys.keys()]
    },
    calls: [],
    close() {
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    }
  }
  return fake

  function addPortal(name: ScenarioName): FakePortal {
    const portal: FakePortal = {
      scenario: loadScenario(name, new Date(now())),
      keys: { owner: newKey(), admin: newKey(), 'room-admin': newKey(), user: newKey(), guest: newKey() },
      narrowKey: newKey()
    }
    for (const role of ROLES) keys.set(portal.keys[role], { portal, role })
    keys.set(portal.narrowKey, { portal })
    return portal
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', fake.url)
    const endpoint = PATHS[url.pathname]
    response.setHeader('date', new Date(Date.now() + fake.clockAheadMs).toUTCString())
    const authorization = request.headers.authorization ?? ''
    const holder = keys.get(/^Bearer (.+)$/.exec(authorization)?.[1] ?? '')
    const page = pages[url.pathname]
    if (request.method === 'GET' && page) {
      sendPage(response, page)
      return
    }
    if (request.method !== 'GET' || !endpoint) {
      send(response, 404)
      return
    }
    fake.calls.push({ endpoint, refresh: url.searchParams.get('refresh') === 'true', authorization })
    const seen = holder && {
      ...asSeenBy(holder.role ?? 'admin', holder.portal.scenario),
      key: keyAnswer(holder.portal)
    }
    const good = JSON.stringify(seen?.[endpoint] ?? {})
    const fault = broken.get(endpoint)
    setTimeout(() => {
      if (fault) faults[fault](response, good)
      else if (!holder) send(response, 401)
      else if (endpoint === 'key' && !isPaid(holder.portal.scenario)) send(response, 402)
      else if (endpoint === 'key') send(response, 200, good)
      else if (!holder.role) send(response, 403)
      else if (holder.role === 'guest') send(response, 403, JSON.stringify(GUEST_REFUSAL))
      else send(response, 200, good)
    }, fake.delayMs)
  }
}

function send(response: ServerResponse, status: number, body = ''): void {
  response.writeHead(status, body === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }).end(body)
}

/** Unmistakably not a real one, though of the same length. */
function newKey(): string {
  return `sk-fake${randomBytes(30).toString('hex')}`
}
