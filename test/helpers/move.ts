// Exports and imports within a test's own process, in memory; under the store's key, since a passphrase takes a second each.
import { createKeyring } from '../../src/store/encryption.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import type { Imported } from '../../src/store/move/put.ts'
import { readStore } from '../../src/store/move/read.ts'
import { readLines, writeLines } from '../../src/store/move/records.ts'
import { openLines, type SealedWith, sealText } from '../../src/store/move/seal.ts'
import { importInto, tryImport, type Verified } from '../../src/store/move/write.ts'

export const MOVE_KEY = Buffer.from('a key for tests, of 32 bytes ...')
export const PROVIDER = 'sites'

export const keyOf = (instanceId: string, provider = PROVIDER) => ({ provider, instanceId })
export const connectionOf = (site: string, version = 1) => ({
  url: 'https://acme.onlyoffice.com',
  apiKey: `sk-fake-${site}-${version}`
})
export const ok = { health: 'ok' as const, finding: '', checkedAt: 5 }

/** A store whose clock the test turns. */
export async function openAt(
  t: { teardown(work: () => unknown): unknown },
  url: string,
  now: () => number,
  keys = [MOVE_KEY]
): Promise<Store> {
  const store = await openStore({ url, encryptionKeys: keys, onLost: () => {}, now })
  t.teardown(() => store.close())
  return store
}

export interface ExportOptions {
  keys?: Buffer[]
  sealedWith?: SealedWith
  force?: boolean
  madeAt?: number
}

export async function exportOf(
  url: string,
  { keys = [MOVE_KEY], sealedWith = { keyring: createKeyring(keys) }, force = false, madeAt = 0 }: ExportOptions = {}
): Promise<Buffer> {
  return readStore({ url, encryptionKeys: keys, force }, ({ expected, records }) =>
    sealed(writeLines({ head: { madeAt, madeBy: 'test', expected }, records }), sealedWith)
  )
}

/** Some lines of text as a file. */
export async function sealed(
  text: AsyncIterable<string>,
  sealedWith: SealedWith = { keyring: createKeyring([MOVE_KEY]) }
): Promise<Buffer> {
  return Buffer.concat(await all(await sealText(text, sealedWith)))
}

export async function* inParts(text: string): AsyncGenerator<string> {
  yield text
}

/** The lines of a file. */
export async function linesOf(file: Buffer, key = MOVE_KEY): Promise<string[]> {
  return all(await openLines(parts(file), { keyring: createKeyring([key]), passphrase: undefined }))
}

export interface ImportOptions {
  keys?: Buffer[]
  passphrase?: string
  merge?: boolean
  now?: () => number
}

export async function importOf(url: string, file: Buffer, options: ImportOptions = {}): Promise<Imported & Verified> {
  return importInto(howOf(url, options), await readOf(file, options))
}

export async function trialOf(url: string, file: Buffer, options: ImportOptions = {}): Promise<Imported> {
  return tryImport(howOf(url, options), await readOf(file, options))
}

function howOf(url: string, { keys = [MOVE_KEY], merge = false, now = () => 1000 }: ImportOptions) {
  return { url, encryptionKeys: keys, merge, now, onProgress: () => {} }
}

async function readOf(file: Buffer, { keys = [MOVE_KEY], passphrase }: ImportOptions) {
  return readLines(await openLines(parts(file), { keyring: createKeyring(keys), passphrase }))
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) found.push(item)
  return found
}

/** A file arrives in pieces of any size. */
async function* parts(file: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += 10_000) yield file.subarray(at, at + 10_000)
}

/** Everything in a store that a move must bring along, decrypted. */
export async function contentOf(store: Store) {
  const connections = await store.connections.list({ limit: 1000 })
  return {
    connections,
    marks: await Promise.all(connections.map(async key => (await store.knowledge.get(key)).mark)),
    audit: (await store.audit.list({ limit: 1000 })).map(({ id: _id, ...entry }) => entry).reverse(),
    signingKey: (await store.signingKey('upgrade-links')).toString('hex')
  }
}
