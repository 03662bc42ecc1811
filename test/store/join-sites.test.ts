// What earlier versions stored under a site's id in several cases becomes one site's.
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import t from 'tap'
import { canonicalSite } from '../../src/store/connection-key.ts'
import { openDatabase } from '../../src/store/database.ts'
import { createKeyring } from '../../src/store/encryption.ts'
import { openStore } from '../../src/store/index.ts'
import { migrations } from '../../src/store/migrations.ts'
import { onEachEngine } from '../helpers/engines.ts'

const encryptionKeys = [randomBytes(32)]
const keyring = createKeyring(encryptionKeys)
const LOWER = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'
const UPPER = LOWER.toUpperCase()
const MIXED = LOWER.replace('d', 'D')
const OTHER = '0A0B0C0D-0000-4000-8000-ABCDEF012345'
const ok = { health: 'ok' as const, finding: '', checkedAt: 5 }

t.test('a GUID is known in lower case, and nothing else is touched', async t => {
  for (const spelling of [LOWER, UPPER, MIXED]) t.equal(canonicalSite(spelling), LOWER)
  for (const text of ['', 'Site', `${UPPER} `, `{${UPPER}}`, UPPER.slice(1), UPPER.replace('8', 'G')])
    t.equal(canonicalSite(text), text)
})

onEachEngine(({ name, newUrl }) => {
  t.test(`${name}: of several spellings the connection that was saved last stays, and opens`, async t => {
    const url = await newUrl(t)
    const database = openDatabase(url, () => {})
    t.teardown(() => database.close())
    const db = database.queries
    const { getMigrations } = migrations(database.engine)
    const released = Object.entries(await getMigrations()).filter(([step]) => step < '004')
    const provider = { getMigrations: async () => Object.fromEntries(released) }
    await new Migrator({ db, provider }).migrateToLatest()
    const insert = async (provider: string, site: string, createdAt: number, updatedAt: number, keys = keyring) => {
      const { keyId, sealed } = keys.seal(JSON.stringify({ of: site }), [provider, site])
      await sql`insert into connections
        (provider, instance_id, key_id, sealed, health, finding, checked_at, created_at, updated_at)
        values (${provider}, ${site}, ${keyId}, ${sealed}, 'ok', '', 5, ${createdAt}, ${updatedAt})`.execute(db)
      await sql`insert into audit (at, actor, action, provider, instance_id)
        values (${createdAt}, 'ops', 'connection.created', ${provider}, ${site})`.execute(db)
      await sql`insert into snapshots (provider, instance_id, fingerprint, fetched_at, report)
        values (${provider}, ${site}, 'f', 5, '{}')`.execute(db)
      await sql`insert into marks (provider, instance_id, until, signature, refreshed_at)
        values (${provider}, ${site}, 5, '', 0)`.execute(db)
    }
    await insert('a', UPPER, 10, 40)
    await insert('a', LOWER, 20, 30)
    await insert('a', MIXED, 30, 35)
    await insert('b', UPPER, 10, 10)
    await insert('b', LOWER, 20, 20)
    await insert('c', OTHER, 10, 10)
    const another = createKeyring([randomBytes(32)])
    await insert('d', OTHER, 10, 10, another)
    await insert('a', 'Site', 10, 10)

    const store = await openStore({ url, encryptionKeys, onLost: () => {}, now: () => 1000 })
    t.teardown(() => store.close())
    const rows = await store.connections.list({ limit: 10 })
    t.strictSame(
      rows.map(({ provider, instanceId, connection, createdAt, updatedAt }) => ({
        provider,
        instanceId,
        of: Object(connection).of,
        createdAt,
        updatedAt
      })),
      [
        { provider: 'a', instanceId: LOWER, of: UPPER, createdAt: 10, updatedAt: 40 },
        { provider: 'a', instanceId: 'Site', of: 'Site', createdAt: 10, updatedAt: 10 },
        { provider: 'b', instanceId: LOWER, of: LOWER, createdAt: 10, updatedAt: 20 },
        { provider: 'c', instanceId: OTHER.toLowerCase(), of: OTHER, createdAt: 10, updatedAt: 10 },
        { provider: 'd', instanceId: OTHER.toLowerCase(), of: undefined, createdAt: 10, updatedAt: 10 }
      ]
    )
    const audit = await store.audit.list({ limit: 20 })
    t.strictSame(
      [...new Set(audit.map(({ instanceId }) => instanceId))].sort(),
      [OTHER.toLowerCase(), LOWER, 'Site'].sort()
    )
    const marks = await db.selectFrom('marks').select(['provider', 'instance_id']).execute()
    t.strictSame(
      marks.map(({ instance_id: id }) => id).sort(),
      [LOWER, LOWER, 'Site'].sort(),
      'of odd ids nothing is known'
    )

    const [first] = rows
    if (first) t.ok(await store.connections.setHealth(first, { ...ok, checkedAt: 9 }, 'ops'))
    await sql`update connections set sealed_for = 'another' where provider = 'c'`.execute(db)
    t.match(await store.connections.get({ provider: 'c', instanceId: OTHER.toLowerCase() }), { connection: undefined })
    await sql`update connections set sealed_for = ${OTHER} where provider = 'c'`.execute(db)

    const young = randomBytes(32)
    const rotating = await openStore({
      url,
      encryptionKeys: [young, ...encryptionKeys],
      onLost: () => {},
      now: () => 1
    })
    t.teardown(() => rotating.close())
    t.match(await rotating.rotation.reseal({ limit: 10 }), { resealed: 4, unreadable: 1 })
    const sealedFor = await db.selectFrom('connections').select('sealed_for').where('sealed_for', '!=', '').execute()
    t.strictSame(
      sealedFor.map(row => row.sealed_for),
      [OTHER],
      'what is sealed anew names the site as it is known'
    )
    t.match(await rotating.connections.get({ provider: 'a', instanceId: LOWER }), { connection: { of: UPPER } })
  })
})
