// Connections put into a store at once, past the management API, which would ask a portal about each.
import { sql } from 'kysely'
import { OF_A_COMMAND, openDatabase } from '../src/store/database.ts'
import { createKeyring } from '../src/store/encryption.ts'
import { openStore } from '../src/store/index.ts'

const BATCH = 500

export interface Filling {
  url: string
  key: Buffer
  provider: string
  sites: readonly string[]
  connectionOf: (site: string, index: number) => object
}

/** Makes the tables where there are none, and adds a connection for each site. */
export async function fill({ url, key, provider, sites, connectionOf }: Filling): Promise<void> {
  await (await openStore({ url, encryptionKeys: [key], onLost: () => {}, now: Date.now })).close()
  const keyring = createKeyring([key])
  const database = openDatabase(url, () => {}, OF_A_COMMAND)
  const row = (instance_id: string, index: number) => {
    const { keyId, sealed } = keyring.seal(JSON.stringify(connectionOf(instance_id, index)), [provider, instance_id])
    const at = { checked_at: 1, created_at: 1, updated_at: 1 }
    return { provider, instance_id, key_id: keyId, sealed, health: 'ok', finding: '', ...at }
  }
  // In the order of the table's own index, which then grows at its end alone.
  const rows = sites.map((site, index) => ({ site, index })).sort((a, b) => (a.site < b.site ? -1 : 1))
  const { engine, queries } = database
  if (engine === 'sqlite') await sql`pragma synchronous = off`.execute(queries)
  for (let from = 0; from < rows.length; from += BATCH) {
    const batch = rows.slice(from, from + BATCH).map(({ site, index }) => row(site, index))
    await queries.insertInto('connections').values(batch).execute()
  }
  // Whoever comes next finds nothing left to do.
  if (engine === 'sqlite') await sql`pragma wal_checkpoint(truncate)`.execute(queries)
  else for (const tidy of ['vacuum analyze connections', 'checkpoint']) await sql.raw(tidy).execute(queries)
  await database.close()
}
