// Whether a connection is what its provider needs, and whether it works.
import { QuotaBridgeError } from '../errors.ts'
import { findingOf } from '../findings.ts'
import { schemaMistakes, sentenceOf } from '../mistakes.ts'
import type { Publish } from '../observe/events.ts'
import { checkConnection } from '../providers/connection-check.ts'
import { createNoteHealth } from '../providers/site-health.ts'
import type { Source } from '../quota/source.ts'
import type { ConnectionKey } from '../store/connection-key.ts'
import type { Connections, HealthReport } from '../store/connections.ts'
import { inStore } from '../store/in-store.ts'
import { type ConnectionView, viewConnection } from './connection-view.ts'

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

/** What a PUT is answered with a connection that does not work. */
export function refused({ adapter }: Source, { finding }: HealthReport): QuotaBridgeError {
  const [message, remedy] = findingOf(finding, adapter.findings) ?? []
  return new QuotaBridgeError('CONNECTION_REFUSED', {
    ...(message && { message }),
    ...(remedy && { remedy }),
    data: { finding }
  })
}

/**
 * Checks a site's stored connection in somebody's name, and keeps what is found.
 * @throws {QuotaBridgeError} CONNECTION_NOT_FOUND, STORE_UNAVAILABLE
 */
export type SiteCheck = (site: Source, key: ConnectionKey, actor: string) => Promise<ConnectionView>

export function createSiteCheck(
  connections: Pick<Connections, 'get' | 'setHealth'>,
  now: () => number,
  publish: Publish
): SiteCheck {
  const note = createNoteHealth(connections, publish)
  return async (site, key, actor) => {
    const found = await inStore(connections.get(key))
    if (!found) throw new QuotaBridgeError('CONNECTION_NOT_FOUND')
    const current =
      found.connection === undefined
        ? found
        : await inStore(note(site, found, await checkConnection(site, found.connection, now), actor))
    if (!current) throw new QuotaBridgeError('CONNECTION_NOT_FOUND')
    return viewConnection(current, site.adapter)
  }
}
