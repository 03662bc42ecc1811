// What webhooks were told of, so that each crossing is told once, whichever replica sees it, and whichever service runs.
import type { Kysely } from 'kysely'
import { type Audit, SERVICE_ACTOR } from './audit.ts'
import { type ConnectionKey, SHARED } from './connection-key.ts'
import type { Engine } from './database.ts'
import { holdConnection } from './knowledge.ts'
import type { Tables } from './tables.ts'

/** What names one, and what it is about now. */
export interface NoticeRow {
  type: string
  key: ConnectionKey
  subject: string
  state: string
}

export interface Notices {
  /** Says whether this is the first to tell it: nothing was told of that, or something else. Of a site only while it is connected. */
  raise(notice: NoticeRow): Promise<boolean>
  /** Writes into the audit that something could not be told; a site that is not connected any more is not named. */
  noteFailure(key: ConnectionKey): Promise<void>
  /** Forgets it; says whether there was anything to forget. */
  clear(notice: Omit<NoticeRow, 'state'>): Promise<boolean>
}

export function createNotices(db: Kysely<Tables>, engine: Engine, audit: Pick<Audit, 'write'>): Notices {
  return {
    raise: ({ type, key, subject, state }) =>
      db.transaction().execute(async transaction => {
        if (!(await holdConnection(transaction, engine, key))) return false
        const row = await transaction
          .insertInto('notices')
          .values({ type, provider: key.provider, instance_id: key.instanceId, subject, state })
          .onConflict(conflict =>
            conflict
              .columns(['type', 'provider', 'instance_id', 'subject'])
              .doUpdateSet({ state })
              .where('notices.state', '!=', state)
          )
          .returning('type')
          .executeTakeFirst()
        return row !== undefined
      }),
    noteFailure: key =>
      db.transaction().execute(async transaction => {
        const isThere = await holdConnection(transaction, engine, key)
        const whose = isThere ? key : { ...key, instanceId: SHARED }
        await audit.write(transaction, 'webhook.failed', whose, SERVICE_ACTOR)
      }),
    async clear({ type, key, subject }) {
      const { numDeletedRows } = await db
        .deleteFrom('notices')
        .where('type', '=', type)
        .where('provider', '=', key.provider)
        .where('instance_id', '=', key.instanceId)
        .where('subject', '=', subject)
        .executeTakeFirst()
      return numDeletedRows > 0n
    }
  }
}
