// A store that is destroyed and restored, or moved to another engine, by the commands that docs/operating.md shows.
import { randomBytes } from 'node:crypto'
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import t, { type Test } from 'tap'
import { appEvent } from './helpers/app-event.ts'
import { bodyOf, ENCRYPTION_KEY, sharedWix } from './helpers/bridge.ts'
import { type ManagedBridge, startManagedBridge } from './helpers/manage.ts'
import { type RunningPostgres, startPostgres } from './helpers/postgres.ts'
import { commandsBelow, shellIn } from './helpers/shell.ts'

const [MAKE_PASSPHRASE = '', EXPORT = '', IMPORT = ''] = commandsBelow('docs/operating.md', 'Backup and move')
const SITES = ['8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11', '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a12']
const GONE = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a13'

let postgres: RunningPostgres
t.before(async () => {
  postgres = await startPostgres(t)
})

interface Kept {
  url: string
  encryptionKeys: string[]
}

function configure(dir: string, store: Kept): void {
  const written = {
    wix: { appId: sharedWix.appId, publicKey: sharedWix.publicKeyPem },
    store,
    providers: { sites: { type: 'docspace', connection: 'per-site' } },
    actions: { room: { provider: 'sites' } }
  }
  writeFileSync(`${dir}/quota-bridge.yaml`, JSON.stringify(written))
}

const start = (t: Test, store: Kept, old?: ManagedBridge) =>
  startManagedBridge(t, {
    store,
    server: { publicUrl: 'https://quota.example.com' },
    // Commands that start beside it take the processor; and no check is to come in between.
    sites: { deadline: '5s', patience: '5s', recheck: '0s' },
    ...(old && { sharing: old.docspace })
  })

/** A machine that is busy with the commands beside it may answer OVERLOADED for a moment, as it should. */
async function answered(ask: ManagedBridge['ask'], site: string): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask(site)
    if (answer.status === 200) return answer
    if (attempt === 10) throw new Error(`${answer.status}: ${await answer.text()}`)
    await sleep(1000)
  }
}

/** What a site's owner reads, but for the link, which is another each time. */
async function toldTo({ ask }: ManagedBridge, site: string) {
  const { quotaInfo } = (await bodyOf(await answered(ask, site))).actionQuotaInfo
  return quotaInfo.map(({ upgradeCta: _link, ...info }) => info)
}

/** Whether a site is told what its portal holds; one without a connection is told nothing. */
async function isTold(bridge: ManagedBridge, site = SITES[0] ?? ''): Promise<boolean> {
  return (await toldTo(bridge, site)).length > 0
}

async function linkOf({ ask }: ManagedBridge, site: string): Promise<string> {
  const { quotaInfo } = (await bodyOf(await answered(ask, site))).actionQuotaInfo
  return new URL(quotaInfo[0]?.upgradeCta?.url ?? 'http://none').pathname.slice(1)
}

async function pageOf({ manage }: ManagedBridge, what: 'connections' | 'audit'): Promise<unknown[]> {
  const page = JSON.parse(await (await manage('GET', `v1/${what}`)).text())
  return page[what === 'audit' ? 'entries' : what]
}

async function destroy(url: string): Promise<void> {
  if (url.startsWith('file:')) {
    for (const end of ['', '-wal', '-shm', '-service']) rmSync(`${url.slice('file:'.length)}${end}`, { force: true })
    return
  }
  const admin = new Client({ connectionString: url })
  await admin.connect()
  await admin.query('drop schema public cascade; create schema public')
  await admin.end()
}

t.test('the page shows a passphrase made, an export and an import', async t => {
  t.match(MAKE_PASSPHRASE, /openssl rand .* > passphrase\)$/)
  t.match(EXPORT, /^quota-bridge export \S+\.age --config quota-bridge\.yaml --passphrase-file passphrase$/)
  t.match(IMPORT, /^quota-bridge import \S+\.age --config quota-bridge\.yaml --passphrase-file passphrase$/)
})

for (const from of ['SQLite', 'PostgreSQL']) {
  for (const to of ['SQLite', 'PostgreSQL']) {
    t.test(`${from} is destroyed, and its content restored on ${to}: every site is told what it was`, async t => {
      const dir = t.testdir()
      const type = shellIn(dir)
      const urlOn = (engine: string) =>
        engine === 'SQLite' ? Promise.resolve(`file:${dir}/data/quota-bridge.db`) : postgres.newDatabase()
      const store = { url: await urlOn(from), encryptionKeys: [ENCRYPTION_KEY] }
      const before = await start(t, store)
      for (const site of [...SITES, GONE])
        await before.connect(site, { url: before.docspace.url, apiKey: before.docspace.portal.keys.owner })
      await before.get('public', 'v1/app-events', {
        method: 'POST',
        body: await appEvent({ eventType: 'AppRemoved', instanceId: GONE })
      })
      const link = await linkOf(before, SITES[0] ?? '')
      const told = await Promise.all(SITES.map(site => toldTo(before, site)))
      const [connections, audit] = [await pageOf(before, 'connections'), await pageOf(before, 'audit')]
      t.equal(connections.length, 2)

      configure(dir, store)
      t.equal((await type(MAKE_PASSPHRASE)).code, 0)
      const exported = await type(EXPORT)
      t.strictSame([exported.code, exported.err], [0, ''], 'while the service runs; nothing but the result')
      t.match(
        exported.out,
        /^exported connections: 2, marks: 0, audit: 3, removals: 1, signing keys: 1, unreadable: 0\n$/
      )
      t.equal(statSync(`${dir}/quota-bridge.age`).mode & 0o777, 0o600)
      t.equal(statSync(`${dir}/passphrase`).mode & 0o777, 0o600)
      await before.service.close()
      await destroy(store.url)

      const place = {
        url: from === to ? store.url : await urlOn(to),
        encryptionKeys: [randomBytes(32).toString('base64')]
      }
      configure(dir, place)
      const imported = await type(IMPORT)
      t.strictSame([imported.code, imported.err], [0, ''])
      t.match(imported.out, /^imported connections: 2, .*\nreplaced: 0, .*\nopened: 2 of 2\n$/)
      const after = await start(t, place, before)
      t.strictSame(await pageOf(after, 'connections'), connections)
      t.strictSame((await pageOf(after, 'audit')).slice(1), audit)
      t.match((await pageOf(after, 'audit'))[0], { action: 'store.imported', actor: 'command', instanceId: '' })
      t.strictSame(await Promise.all(SITES.map(site => toldTo(after, site))), told)
      t.equal((await after.get('public', link, { redirect: 'manual' })).status, 303, 'a link of before leads on')
      if (from === to && to === 'SQLite') {
        const beside = await type(`${IMPORT} --merge`)
        t.equal(beside.code, 1)
        t.match(beside.err, /^STORE_IN_USE: Another Quota Bridge service uses .* Stop that one first/)
      }
    })
  }
}

t.test('PostgreSQL: replicas that run hear of an import at once, and go on while it is under way', async t => {
  const dir = t.testdir()
  const type = shellIn(dir)
  const file = { url: `file:${dir}/q.db`, encryptionKeys: [ENCRYPTION_KEY] }
  const old = await start(t, file)
  await old.connect(SITES[0] ?? '', { url: old.docspace.url, apiKey: old.docspace.portal.keys.owner })
  configure(dir, file)
  t.equal((await type('quota-bridge export q.age --store-key --config quota-bridge.yaml')).code, 0)
  const place = { url: await postgres.newDatabase(), encryptionKeys: [ENCRYPTION_KEY] }
  const [first, second] = [await start(t, place, old), await start(t, place, old)]
  const replicas = [first, second]
  // Listening takes a moment after the start.
  await sleep(300)
  for (const replica of replicas) t.notOk(await isTold(replica))
  configure(dir, place)
  const trial = await type('quota-bridge import q.age --dry-run --config quota-bridge.yaml')
  t.match(
    trial.out,
    /^would import connections: 1, .*\nreplaced: 0, left out as older: 0, left out as deleted since: 0\n$/
  )
  for (const replica of replicas) t.notOk(await isTold(replica))
  t.equal((await type('quota-bridge import - --config quota-bridge.yaml < q.age')).code, 0)
  await sleep(300)
  for (const replica of replicas) t.ok(await isTold(replica))

  const admin = new Client({ connectionString: place.url })
  await admin.connect()
  await admin.query('begin; lock table connections, audit, removals in share row exclusive mode')
  t.ok(await isTold(second))
  const refused = await second.connect(SITES[1] ?? '', {
    url: old.docspace.url,
    apiKey: 'sk-fake-some-key-of-a-site'
  })
  t.equal(refused.status, 503, 'as while an import holds the tables')
  await admin.query('rollback')
  await admin.end()
})
