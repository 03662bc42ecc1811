// Connections put into a store at once, past the management API, which would ask a portal about each.
import { openDatabase } from '../src/store/database.ts'
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
  const database = openDatabase(url, () => {})
  const row = (instance_id: string, index: number) => {
    const { keyId, sealed } = keyring.seal(JSON.stringify(connectionOf(instance_id, index)), [provider, instance_id])
    const at = { checked_at: 1, created_at: 1, updated_at: 1 }
    return { provider, instance_id, key_id: keyId, sealed, health: 'ok', finding: '', ...at }
  }
  for (let from = 0; from < sites.length; from += BATCH) {
    const batch = sites.slice(from, from + BATCH).map((site, index) => row(site, from + index))
    await database.queries.insertInto('connections').values(batch).execute()
  }
  await database.close()
}
