// QB-STORE-TABLES: whether the tables are those of this version.
import type { Check } from '../check.ts'
import { demandReach } from '../examination.ts'

export const storeTables: Check = {
  code: 'QB-STORE-TABLES',
  group: 'Store',
  looksAt: 'The tables are as this version makes them.',
  warnsWhen: 'The next start has steps to take; it takes them by itself.',
  failsWhen: 'A later version has changed them already: this one would not understand them.',
  async run({ reachStore }) {
    const { inspection } = demandReach(await reachStore())
    const { done, pending, foreign } = await inspection.steps()
    if (foreign.length > 0) {
      return [
        {
          status: 'failed',
          found: `a later version has changed the tables: ${foreign.join(', ')}`,
          remedy: 'Start that version again, or restore a backup from before it.'
        }
      ]
    }
    if (pending.length === 0) return [{ status: 'ok', found: `up to date, ${done.length} steps` }]
    return [
      {
        status: 'warning',
        found: `${pending.length === 1 ? 'one step is' : `${pending.length} steps are`} still to be taken: ${pending.join(', ')}`,
        remedy: 'Make a backup, and start the service: it takes them.'
      }
    ]
  }
}
