// Whether a stored connection works.
import { QuotaBridgeError } from '../errors.ts'
import type { Publish } from '../observe/events.ts'
import { checkConnection } from '../providers/connection-check.ts'
import { createNoteHealth } from '../providers/site-health.ts'
import type { Source } from '../quota/source.ts'
import type { ConnectionKey } from '../store/connection-key.ts'
import type { Connections } from '../store/connections.ts'
import { inStore } from '../store/in-store.ts'
import { type ConnectionView, viewConnection } from './connection-view.ts'

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
