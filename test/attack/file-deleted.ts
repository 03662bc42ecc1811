// The database file is deleted under a service that is being written to.
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { startManagedBridge } from '../helpers/manage.ts'
import { type AttackRow, inParallel } from './row.ts'

const CHANGES = 600
const AT_ONCE = 10

export const fileDeleted: AttackRow = {
  name: 'database file deleted',
  wanted: 'no change that begins after it is acknowledged, and readiness says why',
  engines: ['SQLite'],
  async run({ newUrl, teardown }) {
    const url = await newUrl()
    const { connect, get } = await startManagedBridge({ teardown }, { store: { url }, logLevel: 'fatal' })
    let deletedAt = Number.POSITIVE_INFINITY
    const seen = { before: 0, after: 0, refused: 0 }
    const deleting = sleep(300).then(() => {
      rmSync(url.slice('file:'.length))
      deletedAt = performance.now()
    })
    await inParallel(CHANGES, AT_ONCE, async number => {
      const beganAt = performance.now()
      const { status } = await connect(`site-${number}`, { url: 'https://a.onlyoffice.com', apiKey: 'sk-fake-key' })
      if (status === 503) seen.refused++
      else if (beganAt > deletedAt) seen.after++
      else seen.before++
    })
    await deleting
    const ready = await get('management', 'health/ready')
    const { checks } = JSON.parse(await ready.text())
    return {
      holds: seen.after === 0 && seen.refused > 0 && ready.status === 503 && checks.store === 'file-replaced',
      figures: `${seen.before} acknowledged before, ${seen.after} after, ${seen.refused} refused; readiness ${ready.status} ${checks.store}`
    }
  }
}
