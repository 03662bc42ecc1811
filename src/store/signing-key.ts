// Keys to sign with, which all replicas share and which outlive them: made once, kept encrypted.
import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import { type Keyring, SealError } from './encryption.ts'
import type { KeysTable, Tables } from './tables.ts'

const KEY_BYTES = 32

/**
 * The key of a name; the first replica that asks makes it. One that no configured key opens any more is made anew.
 */
export async function signingKey(db: Kysely<Tables>, keyring: Keyring, name: string): Promise<Buffer> {
  const owner = ownerOf(name)
  const { keyId, sealed } = keyring.seal(randomBytes(KEY_BYTES).toString('base64'), owner)
  await db
    .insertInto('keys')
    .values({ name, key_id: keyId, sealed })
    .onConflict(conflict => conflict.column('name').doNothing())
    .execute()
  const row = await db.selectFrom('keys').selectAll().where('name', '=', name).executeTakeFirstOrThrow()
  try {
    return Buffer.from(keyring.open({ keyId: row.key_id, sealed: row.sealed }, owner), 'base64')
  } catch (error) {
    if (!(error instanceof SealError)) throw error
    await db
      .updateTable('keys')
      .set({ key_id: keyId, sealed })
      .where('name', '=', name)
      .where('sealed', '=', row.sealed)
      .execute()
    return signingKey(db, keyring, name)
  }
}

/** Re-encrypts every signing key under the first key; those that no configured key opens stay as they are. */
export async function resealSigningKeys(
  db: Kysely<Tables>,
  keyring: Keyring
): Promise<{ resealed: number; unreadable: number }> {
  const rows = await db.selectFrom('keys').selectAll().where('key_id', '!=', keyring.keyId).execute()
  const sum = { resealed: 0, unreadable: 0 }
  for (const { name, key_id: keyId, sealed } of rows) {
    try {
      const opened = keyring.open({ keyId, sealed }, ownerOf(name))
      await db
        .updateTable('keys')
        .set(sealedRow(keyring, opened, ownerOf(name)))
        .where('name', '=', name)
        .where('sealed', '=', sealed)
        .execute()
      sum.resealed++
    } catch (error) {
      if (!(error instanceof SealError)) throw error
      sum.unreadable++
    }
  }
  return sum
}

/** A signing key out of its row, as base64; undefined when no configured key opens it. */
export function openSigningKey(keyring: Keyring, { name, key_id: keyId, sealed }: KeysTable): string | undefined {
  try {
    return keyring.open({ keyId, sealed }, ownerOf(name))
  } catch (error) {
    if (!(error instanceof SealError)) throw error
    return undefined
  }
}

/** The row of a signing key that is given as base64. */
export function sealSigningKey(keyring: Keyring, name: string, key: string): KeysTable {
  return { name, ...sealedRow(keyring, key, ownerOf(name)) }
}

function ownerOf(name: string): string[] {
  return ['key', name]
}

function sealedRow(keyring: Keyring, plaintext: string, owner: string[]) {
  const { keyId, sealed } = keyring.seal(plaintext, owner)
  return { key_id: keyId, sealed }
}
