// The app is removed while the site's connection is being saved or checked; and events of yesterday come again.
import { setTimeout as sleep } from 'node:timers/promises'
import { appEvent } from '../helpers/app-event.ts'
import { TODAY } from '../helpers/bridge.ts'
import { startManagedBridge } from '../helpers/manage.ts'
import { type AttackRow, inParallel } from './row.ts'

const ROUNDS = 200
const AT_ONCE = 10
const CHECK_MS = 30
const DAY_SECONDS = 86_400

export const removedMeanwhile: AttackRow = {
  name: 'app removed meanwhile',
  wanted: 'nothing that was under way brings a removed site back; an event of yesterday deletes nothing',
  async run({ newUrl, teardown }) {
    const bridge = await startManagedBridge({ teardown }, { store: { url: await newUrl() }, logLevel: 'fatal' })
    const { connect, manage, get, docspace } = bridge
    const connection = { url: docspace.url, apiKey: docspace.portal.keys.owner }
    const remove = async (instanceId: string, iat = Math.floor(TODAY.getTime() / 1000)) => {
      const body = await appEvent({ eventType: 'AppRemoved', instanceId }, { iat, exp: iat + 40 * DAY_SECONDS })
      return get('public', 'v1/app-events', { method: 'POST', body })
    }
    docspace.delayMs = CHECK_MS
    const seen = { cameBack: 0, rows: 0, deleted: 0, other: 0 }
    await inParallel(ROUNDS, AT_ONCE, async round => {
      const site = `removed-${round}`
      const path = `v1/connections/sites/${site}`
      await connect(site, connection)
      const underWay = [manage('PUT', path, connection), manage('POST', `${path}/check`)]
      await sleep(Math.random() * 3 * CHECK_MS)
      if ((await remove(site)).status !== 200) seen.other++
      for (const { status } of await Promise.all(underWay)) if (![200, 201, 404, 409].includes(status)) seen.other++
      if ((await manage('GET', path)).status !== 404) seen.cameBack++

      const kept = `kept-${round}`
      await connect(kept, connection)
      await remove(kept, Math.floor(TODAY.getTime() / 1000) - DAY_SECONDS)
      if ((await manage('GET', `v1/connections/sites/${kept}`)).status !== 200) seen.deleted++
    })
    let cursor = ''
    do {
      const page = JSON.parse(await (await manage('GET', `v1/audit?limit=200${cursor}`)).text())
      seen.rows += page.entries.filter(({ instanceId }: { instanceId: string }) => /removed/.test(instanceId)).length
      cursor = page.nextCursor && `&cursor=${page.nextCursor}`
    } while (cursor)
    return {
      holds: Object.values(seen).every(count => count === 0),
      figures: `of ${ROUNDS} removed sites ${seen.cameBack} came back, ${seen.rows} audit rows name one; of ${ROUNDS} events of yesterday ${seen.deleted} deleted a connection; ${seen.other} other answers`
    }
  }
}
