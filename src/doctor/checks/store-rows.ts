// QB-STORE-ROWS: whether the sites' connections can be read.
import type { StoredConnection } from '../../store/connections.ts'
import type { StoreInspection } from '../../store/inspection.ts'
import type { Check } from '../check.ts'

/** Rows of each provider that are looked at, where not all are. */
const SAMPLE = 100
const BATCH = 500

export const storeRows: Check = {
  code: 'QB-STORE-ROWS',
  group: 'Store',
  looksAt: "The sites' connections can be read: the first 100 of each provider, or with `--all` every one.",
  warnsWhen: 'Some belong to a provider that the configuration does not name: nobody reads them.',
  failsWhen: 'Some cannot be read: no configured key opens them, or they were changed.',
  async run({ readableStore, parts, all, onProgress }) {
    const store = await readableStore()
    const providers = await store.countByProvider()
    const total = providers.reduce((sum, { rows }) => sum + rows, 0)
    if (total === 0) return [{ status: 'ok', found: 'no site has connected yet' }]
    const seen: Seen = { rows: 0, failing: 0, unreadable: [] }
    for (const { provider } of providers) {
      for await (const page of pagesOf(store, provider, all)) {
        note(seen, page)
        if (all) onProgress(seen.rows, total)
      }
    }
    const looked = `${seen.rows} of ${total} connections were looked at`
    if (seen.unreadable.length > 0) {
      return [
        {
          status: 'failed',
          found: `${looked}; ${seen.unreadable.length} cannot be read`,
          details: seen.unreadable.slice(0, 10),
          remedy:
            'Configure the key that they were saved with. Those that were changed in the database must be saved again.'
        }
      ]
    }
    const strangers = providers.filter(({ provider }) => !parts.providers?.has(provider))
    if (strangers.length > 0) {
      return [
        {
          status: 'warning',
          found: `${looked}; some are of providers that the configuration does not name`,
          details: strangers.map(({ provider, rows }) => `${provider}: ${rows}`),
          remedy: 'Name them under providers: as they were, or let those sites connect again.'
        }
      ]
    }
    const failing = seen.failing === 0 ? '' : `; of ${seen.failing} the last check failed`
    return [{ status: 'ok', found: `${looked}, all can be read${failing}` }]
  }
}

interface Seen {
  rows: number
  failing: number
  unreadable: string[]
}

function note(seen: Seen, page: readonly StoredConnection[]): void {
  for (const { provider, instanceId, connection, health } of page) {
    seen.rows++
    if (connection === undefined) seen.unreadable.push(`${provider}, site ${instanceId}`)
    else if (health === 'failing') seen.failing++
  }
}

/** All of a provider's rows, or a page of them: sites' ids are as good as chance. */
async function* pagesOf(
  { connections }: Pick<StoreInspection, 'connections'>,
  provider: string,
  all: boolean
): AsyncGenerator<StoredConnection[]> {
  const limit = all ? BATCH : SAMPLE
  let page = await connections.list({ provider, limit })
  while (page.length > 0) {
    yield page
    const after = page.at(-1)
    page = all && after ? await connections.list({ provider, after, limit }) : []
  }
}
