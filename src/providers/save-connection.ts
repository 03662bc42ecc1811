// How a site's connection comes to be saved, whoever asks for it: it is what its provider needs, it works, and then it is kept.
import { QuotaBridgeError } from '../errors.ts'
import { findingOf } from '../findings.ts'
import { schemaMistakes, sentenceOf } from '../mistakes.ts'
import type { Publish } from '../observe/events.ts'
import type { Source } from '../quota/source.ts'
import type { ConnectionKey } from '../store/connection-key.ts'
import type { Connections, HealthReport, SavedConnection } from '../store/connections.ts'
import { inStore } from '../store/in-store.ts'
import type { Permit } from '../store/permit.ts'
import { checkConnection } from './connection-check.ts'
import { publishHealth } from './site-health.ts'

/** @throws {QuotaBridgeError} INVALID_CONNECTION that names the first field that is wrong, and tells of all */
export function validConnection({ adapter, settings }: Source, body: Record<string, unknown>): unknown {
  const wrong = schemaMistakes(adapter.connectionSchema, body)
  const mistakes = wrong.length > 0 ? wrong : (adapter.connectionMistakes?.(body, settings) ?? [])
  const [first] = mistakes
  if (!first) return adapter.tidyConnection?.(body) ?? body
  throw new QuotaBridgeError('INVALID_CONNECTION', {
    message: mistakes.map(mistake => `${mistake.path.join('.')} ${sentenceOf(mistake)}`).join('; '),
    data: { field: first.path.join('.') }
  })
}

/** A connection to be saved, and in whose name. */
export interface Save {
  source: Source
  key: ConnectionKey
  /** As `validConnection` gave it. */
  connection: unknown
  actor: string
  /** By what leave, where not everything may be replaced. */
  permit?: Permit
}

/**
 * Saves what works; nothing when the site is removed while that is found out.
 * @throws {QuotaBridgeError} CONNECTION_REFUSED, SITE_REMOVED, STORE_UNAVAILABLE, or what the permit refuses with
 */
export type SaveConnection = (save: Save) => Promise<SavedConnection>

export interface SaveConnectionOptions {
  connections: Pick<Connections, 'beginSave' | 'put'>
  publish: Publish
  /** Milliseconds since 1970. */
  now: () => number
}

export function createSaveConnection({ connections, publish, now }: SaveConnectionOptions): SaveConnection {
  return async ({ source, key, connection, actor, permit }) => {
    const save = await inStore(connections.beginSave(key))
    try {
      const health = await checkConnection(source, connection, now)
      if (health.health === 'failing') throw refused(source, health)
      const saved = await inStore(connections.put(key, connection, health, actor, save, permit))
      if (!saved) throw new QuotaBridgeError('SITE_REMOVED')
      publishHealth(publish, source, key.instanceId, health)
      return saved
    } catch (error) {
      // Should that fail too, it is forgotten by itself.
      await save.drop().catch(() => {})
      throw error
    }
  }
}

function refused({ adapter }: Source, { finding }: HealthReport): QuotaBridgeError {
  const [message, remedy] = findingOf(finding, adapter.findings) ?? []
  return new QuotaBridgeError('CONNECTION_REFUSED', {
    ...(message && { message }),
    ...(remedy && { remedy }),
    data: { finding }
  })
}
