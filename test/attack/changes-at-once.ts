// A thousand PUTs and DELETEs of one site, many at once.
import { startManagedBridge } from '../helpers/manage.ts'
import { type AttackRow, inParallel } from './row.ts'

const CHANGES = 1000
const AT_ONCE = 25
const SITE = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'

interface Page {
  entries: { action: string }[]
  nextCursor?: string
}

export const changesAtOnce: AttackRow = {
  name: 'changes of one site at once',
  wanted: 'a PUT is answered with what it saved; answers and audit are those of one order',
  async run({ newUrl, teardown }) {
    const bridge = await startManagedBridge({ teardown }, { store: { url: await newUrl() }, logLevel: 'fatal' })
    const { connect, manage } = bridge
    const told = { created: 0, replaced: 0, deleted: 0, nothing: 0, wrong: 0 }
    await inParallel(CHANGES, AT_ONCE, async number => {
      if (number % 2 === 0) {
        const url = `https://portal-${number}.onlyoffice.com`
        const answer = await connect(SITE, { url, apiKey: 'sk-fake-some-key' })
        const { connection } = JSON.parse(await answer.text())
        if (connection?.url !== url) told.wrong++
        else if (answer.status === 201) told.created++
        else told.replaced++
      } else {
        const { status } = await manage('DELETE', `v1/connections/sites/${SITE}`)
        if (status === 204) told.deleted++
        else if (status === 404) told.nothing++
        else told.wrong++
      }
    })

    const actions: string[] = []
    let cursor: string | undefined
    do {
      const path = `v1/audit?limit=200${cursor ? `&cursor=${cursor}` : ''}`
      const page: Page = JSON.parse(await (await manage('GET', path)).text())
      actions.push(...page.entries.map(({ action }) => action.replace('connection.', '')))
      cursor = page.nextCursor
    } while (cursor)
    actions.reverse()
    let isThere = false
    let disorder = 0
    for (const action of actions) {
      if (action === 'created' ? isThere : !isThere) disorder++
      isThere = action !== 'deleted'
    }
    const count = (action: string) => actions.filter(each => each === action).length
    const differs = (['created', 'replaced', 'deleted'] as const).filter(action => count(action) !== told[action])
    return {
      holds: told.wrong === 0 && disorder === 0 && differs.length === 0,
      figures: `${told.created} created, ${told.replaced} replaced, ${told.deleted} deleted, ${told.nothing} found nothing; ${told.wrong} answered wrongly, audit: ${actions.length} rows, ${disorder} out of order${differs.map(action => `, ${count(action)} ${action}`).join('')}`
    }
  }
}
