// With which connection a provider is asked: the one of all sites, or that of one site.

import type { SourceSettings } from '../quota/source.ts'
import { Value } from '../schema.ts'
import { canonicalSite } from '../store/connection-key.ts'
import type { StoreInspection } from '../store/inspection.ts'
import type { Chosen } from './asked.ts'
import { Skip } from './check.ts'

/**
 * @throws {Skip} when there is none, or none that may be used
 */
export async function pickConnection(
  { name, adapter, settings, shared }: SourceSettings,
  store: () => Promise<StoreInspection>,
  site: string | undefined
): Promise<Chosen> {
  if (shared) return { connection: shared.connection, whose: 'the connection of all sites' }
  const { connections } = await store()
  const stored = site
    ? await connections.get({ provider: name, instanceId: canonicalSite(site) })
    : ((await connections.list({ provider: name, health: 'ok', limit: 1 }))[0] ??
      (await connections.list({ provider: name, limit: 1 }))[0])
  if (!stored) throw new Skip(site ? `the site ${site} has no connection with it` : 'no site has connected with it yet')
  const { connection, instanceId } = stored
  const whose = `the connection of the site ${instanceId}`
  if (!Value.Check(adapter.connectionSchema, connection)) throw new Skip(`${whose} cannot be read`)
  const [mistake] = adapter.connectionMistakes?.(connection, settings) ?? []
  if (mistake) throw new Skip(`${whose} may not be used: ${mistake.path.join('.')} ${mistake.message}`)
  return { connection, whose }
}
