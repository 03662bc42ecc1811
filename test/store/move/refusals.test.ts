// Files and stores that are not as they must be: nothing is imported then.
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { Decrypter, Encrypter, generateIdentity, identityToRecipient } from 'age-encryption'
import { sql } from 'kysely'
import t from 'tap'
import { openDatabase } from '../../../src/store/database.ts'
import { createKeyring } from '../../../src/store/encryption.ts'
import { holdStore } from '../../../src/store/hold.ts'
import { passphraseRecipient } from '../../../src/store/move/passphrase.ts'
import { openLines } from '../../../src/store/move/seal.ts'
import { onEachEngine } from '../../helpers/engines.ts'
import { connectionOf, exportOf, importOf, keyOf, MOVE_KEY, ok, openAt, trialOf } from '../../helpers/move.ts'

const SITES = 40

/** Of more than one piece of 64 KiB. */
async function largeExport(t: Parameters<typeof openAt>[0], dir: string): Promise<Buffer> {
  const url = `file:${dir}/large/q.db`
  const store = await openAt(t, url, () => 1000)
  for (let site = 0; site < SITES; site++)
    await store.connections.put(
      keyOf(`site-${site}`),
      { ...connectionOf(String(site)), note: 'x'.repeat(6000) },
      ok,
      'ops'
    )
  return exportOf(url)
}

onEachEngine(({ name, newUrl }) => {
  t.test(
    `${name}: a file that was cut anywhere, changed anywhere or continued is refused, and nothing of it is imported`,
    async t => {
      const dir = t.testdir()
      const url = await newUrl({ testdir: () => dir })
      const store = await openAt(t, url, () => 1000)
      const file = await largeExport(t, dir)
      const payload = file.indexOf('\n--- ') + 50
      t.ok(file.length > 3 * 65_552)
      const pieces = [1, 2, 3].map(piece => payload + piece * 65_552)
      const cuts = [
        0,
        10,
        60,
        payload - 60,
        payload,
        payload + 16,
        payload + 17,
        ...pieces,
        ...pieces.map(at => at + 1),
        file.length - 1
      ]
      for (const at of cuts)
        await t.rejects(
          importOf(url, file.subarray(0, at)),
          { name: 'MoveRefusal', code: /^EXPORT_(DAMAGED|FOREIGN)$/ },
          `cut at ${at}`
        )
      for (const at of [30, 70, payload - 20, payload + 5, payload + 40, ...pieces, file.length - 1]) {
        const changed = Buffer.from(file)
        changed[at] = (changed[at] ?? 0) ^ 1
        await t.rejects(importOf(url, changed), { name: 'MoveRefusal', code: /^EXPORT_/ }, `changed at ${at}`)
      }
      await t.rejects(importOf(url, Buffer.concat([file, file])), { code: 'EXPORT_DAMAGED' }, 'continued')
      const swapped = Buffer.concat([
        file.subarray(0, payload),
        file.subarray(pieces[0], pieces[1]),
        file.subarray(payload, pieces[0]),
        file.subarray(pieces[1])
      ])
      await t.rejects(importOf(url, swapped), { code: 'EXPORT_DAMAGED' }, 'in another order')
      t.strictSame([await store.connections.list({ limit: 1 }), await store.audit.list({ limit: 1 })], [[], []])
      t.match(await importOf(url, file), { rows: SITES, unreadable: 0 }, 'the whole file is not')
    }
  )

  t.test(`${name}: a store that is not empty, of another version, or not there`, async t => {
    const url = await newUrl(t)
    await t.rejects(exportOf(url), { code: 'STORE_MISSING' }, 'nothing was made yet')
    const store = await openAt(t, url, () => 1000)
    await store.signingKey('upgrade-links')
    const empty = await exportOf(url)
    t.match(await importOf(url, empty), { rows: 0 }, 'a store that was only started is empty')
    await store.connections.put(keyOf('a'), connectionOf('a'), ok, 'ops')
    for (const attempt of [importOf, trialOf])
      await t.rejects(attempt(url, empty), { code: 'STORE_NOT_EMPTY', message: /connections: 1, audit: 1/ })
    await store.connections.remove(keyOf('a'), 'ops')
    await t.rejects(importOf(url, empty), { code: 'STORE_NOT_EMPTY', message: /connections: 0, audit: 2/ })
    const database = openDatabase(url, () => {})
    t.teardown(() => database.close())
    const run = (statement: string) => sql.raw(statement).execute(database.queries)
    await run(`insert into kysely_migration (name, timestamp) values ('999-later', '')`)
    for (const attempt of [() => exportOf(url), () => importOf(url, empty, { merge: true }), () => trialOf(url, empty)])
      await t.rejects(async () => void (await attempt()), { code: 'STORE_TABLES', message: /999-later/ })
    await run(`delete from kysely_migration where name in ('999-later', '007-removals')`)
    for (const attempt of [() => exportOf(url), () => trialOf(url, empty)])
      await t.rejects(async () => void (await attempt()), { code: 'STORE_TABLES', message: /007-removals/ })
  })

  t.test(`${name}: with the wrong key nothing is exported, with a few unreadable rows the others are`, async t => {
    const url = await newUrl(t)
    const [store, stranger] = [await openAt(t, url, () => 1000), await openAt(t, url, () => 1000, [randomBytes(32)])]
    for (const site of ['a', 'b', 'c']) await store.connections.put(keyOf(site), connectionOf(site), ok, 'ops')
    await stranger.connections.put(keyOf('d'), connectionOf('d'), ok, 'ops')
    await stranger.signingKey('of a stranger')
    await t.rejects(exportOf(url), { code: 'STORE_UNREADABLE', message: /unreadable: 1, all: 4.*--force/ })
    const forced = await exportOf(url, { force: true })
    await store.connections.put(keyOf('e'), connectionOf('e'), ok, 'ops')
    const target = name === 'SQLite' ? `file:${t.testdirName}/target/q.db` : await newUrl(t)
    t.match(await importOf(target, forced), { counts: { connections: 3, signingKeys: 0 }, rows: 3, unreadable: 0 })
    t.match(
      await trialOf(target, await exportOf(url), { merge: true }),
      { counts: { connections: 1 } },
      'less than a quarter'
    )
  })
})

t.test('a file opens with its own passphrase or key alone, and says which it needs', async t => {
  const url = `file:${t.testdir()}/q.db`
  await openAt(t, url, () => 1000)
  const [passphrase, key] = ['correct horse battery staple', randomBytes(32)]
  const file = await exportOf(url, { sealedWith: { passphrase } })
  await t.rejects(importOf(url, file), { code: 'EXPORT_PASSPHRASE_MISSING' })
  await t.rejects(importOf(url, file, { passphrase: 'correct horse battery stable' }), {
    code: 'EXPORT_PASSPHRASE_WRONG'
  })
  t.match(await importOf(url, file, { passphrase }), { rows: 0 })
  const ofKey = await exportOf(url, { sealedWith: { keyring: createKeyring([key]) } })
  await t.rejects(importOf(url, ofKey), { code: 'EXPORT_KEY_MISSING', message: new RegExp(createKeyring([key]).keyId) })
  t.match(await importOf(url, ofKey, { keys: [MOVE_KEY, key] }), { rows: 0 })
  const encrypter = new Encrypter()
  encrypter.addRecipient(await identityToRecipient(await generateIdentity()))
  const ofAnother = Buffer.from(await encrypter.encrypt('{}'))
  await t.rejects(importOf(url, ofAnother, { passphrase }), { code: 'EXPORT_FOREIGN' }, "somebody else's file")
})

t.test('other programs for age open such a file, and theirs is opened', async t => {
  const [passphrase, text] = ['correct horse battery staple', '{"format":"something else"}\n']
  const ours = new Encrypter()
  ours.addRecipient(passphraseRecipient(passphrase, 10))
  const decrypter = new Decrypter()
  decrypter.addPassphrase(passphrase)
  t.equal(await decrypter.decrypt(await ours.encrypt(text), 'text'), text)

  const theirs = new Encrypter()
  theirs.setScryptWorkFactor(10)
  theirs.setPassphrase(passphrase)
  const file = Buffer.from(await theirs.encrypt(text))
  const open = (bytes: Buffer) => openLines(Readable.from([bytes]), { keyring: createKeyring([MOVE_KEY]), passphrase })
  t.strictSame(await (await open(file)).next(), { done: false, value: text.trim() })
  const costly = Buffer.from(file.toString('latin1').replace(/^(-> scrypt \S+) 10$/m, '$1 30'), 'latin1')
  await t.rejects(open(costly), { code: 'EXPORT_DAMAGED' }, 'no file makes us take gigabytes')
})

t.test('a file whose disk fails is told as that, not as damaged', async t => {
  const url = `file:${t.testdir()}/q.db`
  await openAt(t, url, () => 1000)
  const file = await exportOf(url)
  const opening = { keyring: createKeyring([MOVE_KEY]), passphrase: undefined }
  async function* failing(until: number) {
    yield file.subarray(0, until)
    throw new Error('EIO')
  }
  await t.rejects(openLines(failing(20), opening), { message: 'EIO' })
  const lines = await openLines(failing(file.length - 20), opening)
  await t.rejects(lines.next(), { message: 'EIO' })
})

t.test('SQLite: a service that runs keeps an import away, but no export and no trial', async t => {
  const url = `file:${t.testdir()}/q.db`
  const held = holdStore(url)
  const store = await openAt(t, url, () => 1000)
  await store.connections.put(keyOf('a'), connectionOf('a'), ok, 'ops')
  const file = await exportOf(url)
  t.match(await trialOf(url, file, { merge: true }), { older: 1 })
  await t.rejects(importOf(url, file, { merge: true }), { name: 'StoreRefusal', code: 'STORE_IN_USE' })
  held.release()
  t.match(await importOf(url, file, { merge: true }), { older: 1 })
  const again = holdStore(url)
  again.release()
})

t.test('an import that fails half-way leaves the store as it was, and lets go of it', async t => {
  const dir = t.testdir()
  const url = `file:${dir}/q.db`
  const store = await openAt(t, url, () => 1000)
  const file = await largeExport(t, dir)
  const database = openDatabase(url, () => {})
  await sql`create trigger stop before insert on audit when (select count(*) from audit) >= 20
    begin select raise(abort, 'no more'); end`.execute(database.queries)
  await t.rejects(importOf(url, file), { message: 'no more' })
  await sql`drop trigger stop`.execute(database.queries)
  await database.close()
  t.strictSame([await store.connections.list({ limit: 1 }), await store.audit.list({ limit: 1 })], [[], []])
  t.match(await importOf(url, file), { rows: SITES })
})
