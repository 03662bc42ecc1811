// Who changed what, and when; written in the transaction of the change itself.
import type { Kysely, Transaction } from 'kysely'
import type { ConnectionKey } from './connection-key.ts'
import type { Tables } from './tables.ts'

export type AuditAction =
  | 'connection.created'
  | 'connection.replaced'
  | 'connection.checked'
  | 'connection.deleted'
  | 'site.removed'
  | 'store.imported'
  | 'webhook.failed'

/** Who does what nobody asked for, in the audit. */
export const SERVICE_ACTOR = 'service'

export interface AuditEntry {
  id: number
  /** Milliseconds since 1970. */
  at: number
  /** The name of the token that was used, `quota-screen` or `site-owner` for the page where sites are connected, `wix` for an app event, `command`, or `service` for what it does by itself. */
  actor: string
  action: string
  provider: string
  instanceId: string
}

export interface Audit {
  write(transaction: Transaction<Tables>, action: AuditAction, key: ConnectionKey, actor: string): Promise<void>
  /** Drops what names a site, but for what happened since then with the providers that it is still connected with. */
  forget(
    transaction: Transaction<Tables>,
    instanceId: string,
    since: { before: number; except: readonly string[] }
  ): Promise<void>
  /** The newest first, those before `before` only. */
  list(options: { before?: number; limit: number }): Promise<AuditEntry[]>
}

export function createAudit(db: Kysely<Tables>, now: () => number): Audit {
  return {
    async write(transaction, action, { provider, instanceId }, actor) {
      await transaction
        .insertInto('audit')
        .values({ at: now(), actor, action, provider, instance_id: instanceId })
        .execute()
    },
    async forget(transaction, instanceId, { before, except }) {
      const rows = transaction.deleteFrom('audit').where('instance_id', '=', instanceId)
      if (except.length === 0) await rows.execute()
      else await rows.where(({ eb, or }) => or([eb('at', '<', before), eb('provider', 'not in', except)])).execute()
    },
    async list({ before, limit }) {
      let query = db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit)
      if (before !== undefined) query = query.where('id', '<', before)
      return (await query.execute()).map(({ instance_id: instanceId, ...row }) => ({ ...row, instanceId }))
    }
  }
}
