// A key that all replicas share and that outlives them: made once, kept encrypted.
import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import { type Keyring, SealError } from './encryption.ts'
import type { Tables } from './tables.ts'

const KEY_BYTES = 32

/**
 * The key of a name; the first replica that asks makes it. One that no configured key opens any more is made anew.
 */
export async function sharedKey(db: Kysely<Tables>, keyring: Keyring, name: string): Promise<Buffer> {
  const owner = ['key', name]
  const { keyId, sealed } = keyring.seal(randomBytes(KEY_BYTES).toString('base64'), owner)
  await db
    .insertInto('keys')
    .values({ name, key_id: keyId, sealed })
    .onConflict(conflict => conflict.column('name').doNothing())
    .execute()
  const row = await db.selectFrom('keys').selectAll().where('name', '=', name).executeTakeFirstOrThrow()
  try {
    const opened = keyring.open({ keyId: row.key_id, sealed: row.sealed }, owner)
    if (row.key_id !== keyring.keyId) {
      await db
        .updateTable('keys')
        .set(sealedRow(keyring, opened, owner))
        .where('name', '=', name)
        .execute()
    }
    return Buffer.from(opened, 'base64')
  } catch (error) {
    if (!(error instanceof SealError)) throw error
    await db
      .updateTable('keys')
      .set({ key_id: keyId, sealed })
      .where('name', '=', name)
      .where('sealed', '=', row.sealed)
      .execute()
    return sharedKey(db, keyring, name)
  }
}

function sealedRow(keyring: Keyring, plaintext: string, owner: string[]) {
  const { keyId, sealed } = keyring.seal(plaintext, owner)
  return { key_id: keyId, sealed }
}
