// Changes of a few sites by two replicas at once: answers, audit and what is left are those of one order, in which each change
// comes after those that were answered before it was asked for.
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { openStore } from '../../src/store/index.ts'
import { onEachEngine } from '../helpers/engines.ts'

const ok = { health: 'ok' as const, finding: '', checkedAt: 5 }
const PROVIDER = 'sites'

/** A change as it was asked for and answered; times are places in one line of all askings and answers. */
interface Done {
  actor: string
  what: 'put' | 'remove' | 'removeSite'
  site: string
  askedAt: number
  answeredAt: number
  /** Of a put whether it created, of the others whether there was something. */
  answer: boolean
}

/** Says what no order explains; undefined when one does. The audit is the order of all that changed something. */
function contradiction(done: readonly Done[], audit: readonly { actor: string; action: string }[]): string | undefined {
  const places = new Map(audit.map(({ actor }, place) => [actor, place]))
  if (places.size !== audit.length) return 'an audit row is there twice'
  const changed = done.filter(({ what, answer }) => what === 'put' || answer)
  for (const { actor } of changed) if (!places.has(actor)) return `${actor} is not in the audit`
  if (changed.length !== audit.length) return 'the audit tells more than was answered'
  for (const one of changed)
    for (const other of changed)
      if (one.answeredAt < other.askedAt && Number(places.get(one.actor)) > Number(places.get(other.actor)))
        return `${one.actor} was answered before ${other.actor} was asked, but comes after it`
  const order = changed.toSorted((a, b) => Number(places.get(a.actor)) - Number(places.get(b.actor)))
  let isThere = false
  const states = [isThere]
  for (const { what, actor, answer } of order) {
    if (what === 'put' ? answer === isThere : !isThere) return `${actor} answered ${answer} though there was ${isThere}`
    isThere = what === 'put'
    states.push(isThere)
  }
  for (const one of done.filter(each => !changed.includes(each))) {
    const first = order.filter(({ answeredAt }) => answeredAt < one.askedAt).length
    const last = order.filter(({ askedAt }) => askedAt < one.answeredAt).length
    if (!states.slice(first, last + 1).includes(false)) return `${one.actor} found nothing, though there was something`
  }
  return undefined
}

t.test('the judge finds what no order explains', async t => {
  const put = { actor: 'a', what: 'put' as const, site: 's', askedAt: 0, answeredAt: 1, answer: true }
  const created = { actor: 'a', action: 'connection.created' }
  t.equal(contradiction([put], [created]), undefined)
  t.match(contradiction([put], []), /not in the audit/)
  t.match(contradiction([put], [created, created]), /twice/)
  t.match(contradiction([put], [created, { ...created, actor: 'b' }]), /more/)
  t.match(contradiction([{ ...put, answer: false }], [created]), /answered false/)
  const second = { ...put, actor: 'b', askedAt: 2, answeredAt: 3, answer: false }
  t.match(contradiction([put, second], [{ ...created, actor: 'b' }, created]), /comes after/)
  const nothing = { ...put, actor: 'c', what: 'remove' as const, askedAt: 4, answeredAt: 5, answer: false }
  t.match(contradiction([put, nothing], [created]), /found nothing/)
  t.equal(contradiction([put, { ...nothing, askedAt: 0.5 }], [created]), undefined)
})

onEachEngine(({ name, newUrl }) => {
  t.test(`${name}: whatever comes together has an order`, async t => {
    const url = await newUrl(t)
    const options = { url, encryptionKeys: [randomBytes(32)], onLost: () => {}, now: Date.now }
    const [first, second] = [await openStore(options), await openStore(options)]
    t.teardown(() => Promise.all([first.close(), second.close()]))
    let run = 0
    const change = fc.record({
      what: fc.constantFrom<Done['what'][]>('put', 'put', 'put', 'put', 'remove', 'remove', 'remove', 'removeSite'),
      site: fc.constantFrom('a', 'b'),
      // SQLite has one service; PostgreSQL several.
      store: name === 'SQLite' ? fc.constant(0) : fc.constantFrom(0, 1),
      together: fc.boolean()
    })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 2, maxLength: 16 }), async changes => {
        run++
        let line = 0
        const done: Done[] = []
        const underWay: Promise<unknown>[] = []
        for (const [index, { what, site, store, together }] of changes.entries()) {
          const { connections } = store === 0 ? first : second
          const actor = `${run}-${index}`
          const key = { provider: PROVIDER, instanceId: `${run} ${site}` }
          const askedAt = line++
          const work = async () => {
            let answer: boolean
            if (what === 'put') {
              const saved = await connections.put(key, { actor }, ok, actor)
              answer = saved?.created === true
              t.strictSame(saved?.stored.connection, { actor })
            } else if (what === 'remove') answer = await connections.remove(key, actor)
            else answer = (await connections.removeSite(key.instanceId, Date.now() + 60_000, actor)) > 0
            done.push({ actor, what, site, askedAt, answeredAt: line++, answer })
          }
          const running = work()
          underWay.push(running)
          if (!together) await running
        }
        await Promise.all(underWay)
        const audit = (await first.audit.list({ limit: 200 }))
          .filter(({ actor }) => actor.startsWith(`${run}-`))
          .reverse()
        for (const site of ['a', 'b']) {
          const ofSite = done.filter(each => each.site === site)
          const actors = new Set(ofSite.map(({ actor }) => actor))
          const last = audit.findLast(({ actor, instanceId }) => actors.has(actor) && instanceId !== '')
          const isThere = last !== undefined && last.action !== 'connection.deleted'
          const stored = await first.connections.get({ provider: PROVIDER, instanceId: `${run} ${site}` })
          if ((stored !== undefined) !== isThere) throw new Error(`${site}: ${stored} after ${last?.action}`)
          if (stored && Object(stored.connection).actor !== last?.actor)
            throw new Error('what is there is not the last')
          // A removal takes the rows before it along: what is left must begin with nothing.
          if (ofSite.some(({ what }) => what === 'removeSite')) {
            const left = audit.filter(({ actor, instanceId }) => actors.has(actor) && instanceId !== '')
            if (left.length > 0 && left[0]?.action !== 'connection.created') throw new Error(`left: ${left[0]?.action}`)
            continue
          }
          const wrong = contradiction(
            ofSite,
            audit.filter(({ actor }) => actors.has(actor))
          )
          if (wrong) throw new Error(wrong)
        }
      }),
      { numRuns: 150 }
    )
    t.pass('every run had its order')
  })
})
