// What each portal held and when, and whether an answer agrees with it.
import type { FakeDocSpace } from '../../src/devkit/fake-docspace.ts'

/** `Age` is in whole seconds, and a fetch takes up to the deadline. */
const AGE_SLACK_MS = 4000
/** After a click numbers are fresh for 5 s; the word of it reaches the other replica within 1 s. */
const SHOWS_WITHIN_MS = 6000 + AGE_SLACK_MS

interface Held {
  rooms: number
  plan: string
  /** As the answer writes it; undefined for a plan that costs nothing. */
  renews: string | undefined
  since: number
}

export interface Site {
  id: string
  apiKey: string
  history: Held[]
  /** The upgrade button of the last answer. */
  link?: string
  /** The last purchase, the click before it, and the purchase before that. */
  purchase?: { clickedAt: number; at: number; earlierAt: number }
  /** One more room is used. */
  use(): void
  /** Another plan from now on. */
  buy(clickedAt: number): void
}

/** What an answer says. */
export interface Told {
  rooms: number
  plan: string | undefined
  plans: number | undefined
  renews: string | undefined
  ageMs: number
  /** Whether the headers say that something older is shown. */
  isAged: boolean
  /** Whether the tooltip says so. */
  isToldOfAge: boolean
}

const DAY_MS = 86_400_000

export function createSite(docspace: FakeDocSpace, id: string, rooms: number): Site {
  const portal = docspace.addPortal('startup')
  let purchases = 0
  const site: Site = {
    id,
    apiKey: portal.keys.owner,
    history: [],
    use: () => hold({}),
    buy(clickedAt) {
      purchases++
      const isPaid = purchases % 3 !== 0
      portal.scenario = docspace.addPortal(isPaid ? 'business' : 'startup').scenario
      // Every purchase has a due date of its own, so that another one's would show.
      const renews = new Date(Date.now() + (40 + purchases) * DAY_MS)
      if (isPaid) portal.scenario.tariff.response.dueDate = renews.toISOString().replace('Z', '0000+00:00')
      hold({ plan: isPaid ? 'Business' : 'Startup', renews: isPaid ? renews.toISOString() : undefined })
      site.purchase = { clickedAt, at: Date.now(), earlierAt: site.purchase?.at ?? 0 }
    }
  }
  function hold(change: Partial<Held>): void {
    const last = site.history.at(-1) ?? { rooms: rooms - 1, plan: 'Startup', renews: undefined, since: 0 }
    const held = { ...last, ...change, rooms: last.rooms + 1, since: Date.now() }
    const room = portal.scenario.quota.response.features?.find(({ id }) => id === 'room')
    if (room) Object.assign(room, { value: 1_000_000_000, used: { value: held.rooms } })
    site.history.push(held)
  }
  site.use()
  return site
}

/** What is wrong with an answer, and whether it had to show the last purchase. */
export function verdictOn(
  { history, purchase }: Site,
  told: Told,
  { started, answered, stalledAt }: { started: number; answered: number; stalledAt: number }
): { wrong?: string; hadToShow: boolean } {
  const from = answered - told.ageMs - AGE_SLACK_MS
  const during = history.filter(
    ({ since }, index) => since <= answered && (history[index + 1]?.since ?? Number.POSITIVE_INFINITY) >= from
  )
  const hadToShow =
    purchase !== undefined &&
    !told.isAged &&
    started > purchase.at + SHOWS_WITHIN_MS &&
    // A mark that lives already ends with the first change that is seen, which may be the earlier purchase.
    purchase.earlierAt < purchase.clickedAt - SHOWS_WITHIN_MS &&
    // The word of the click may have been lost on a database that stood still.
    stalledAt < purchase.clickedAt - AGE_SLACK_MS
  const last = history.findLast(({ since }) => since <= started)
  const wrongs = {
    'never held then': !during.some(({ rooms, plan }) => rooms === told.rooms && plan === told.plan),
    'never due then': told.renews !== undefined && !during.some(({ renews }) => renews === told.renews),
    'a plan too many': told.plans !== 1,
    'its age is not told': told.isAged !== told.isToldOfAge,
    'what was bought does not show': hadToShow && told.plan !== last?.plan
  }
  const wrong = Object.entries(wrongs).find(([, is]) => is)?.[0]
  return { hadToShow, ...(wrong && { wrong }) }
}
