// One service per SQLite file, by a lock that goes with its holder.
import { once } from 'node:events'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { holdStore } from '../../src/store/hold.ts'
import { openStore } from '../../src/store/index.ts'
import { run } from '../helpers/process.ts'

const IN_USE = {
  name: 'StoreRefusal',
  code: 'STORE_IN_USE',
  message: /Another Quota Bridge service uses .*q\.db.*PostgreSQL/
}

t.test('a second service is refused until the first lets go, by whatever name it knows the file', async t => {
  const dir = t.testdir()
  mkdirSync(`${dir}/data`)
  symlinkSync('data', `${dir}/other`)
  const first = holdStore(`file:${dir}/data/q.db`)
  t.throws(() => holdStore(`file:${dir}/data/q.db`), IN_USE)
  t.throws(() => holdStore(`file:${dir}/other/q.db`), IN_USE, 'through a folder of another name')
  writeFileSync(`${dir}/data/q.db`, '')
  symlinkSync('data/q.db', `${dir}/q.db`)
  t.throws(() => holdStore(`file:${dir}/q.db`), IN_USE, 'through a link')
  holdStore(`file:${dir}/data/another.db`).release()
  first.release()
  holdStore(`file:${dir}/q.db`).release()
})

t.test('what a service holds, commands and its own workers open', async t => {
  const url = `file:${t.testdir()}/q.db`
  const held = holdStore(url)
  t.teardown(() => held.release())
  for (const _ of ['the service', 'a command']) {
    const store = await openStore({ url, encryptionKeys: [Buffer.alloc(32)], onLost: () => {}, now: Date.now })
    t.teardown(() => store.close())
    t.equal(await store.health(), 'ok')
  }
})

t.test('the lock is gone when its holder was killed, whatever it was doing', async t => {
  const dir = t.testdir({
    'hold.ts': `import { holdStore } from '${import.meta.dirname}/../../src/store/hold.ts'
      // Whoever drops it lets go, as soon as memory is swept up.
      globalThis.held = holdStore(process.argv[2] ?? '')
      process.stdout.write('held')
      for (;;) {}`
  })
  const url = `file:${dir}/q.db`
  for (const _ of ['once', 'again']) {
    const holder = await start(t, `${dir}/hold.ts`, url)
    t.throws(() => holdStore(url), IN_USE)
    holder.child.kill('SIGKILL')
    await once(holder.child, 'exit')
    holdStore(url).release()
  }
})

t.test(
  'a PostgreSQL, and what is not kept, need no lock; a folder that cannot be written is no second service',
  async t => {
    holdStore('postgres://127.0.0.1:9/none').release()
    holdStore('file::memory:').release()
    const dir = t.testdir({ 'q.db-service': {} })
    const refusal = {
      name: 'StoreRefusal',
      code: 'STORE_NOT_WRITABLE',
      message: /store\.url names cannot be made or written to/
    }
    t.throws(() => holdStore(`file:${dir}/q.db`), refusal)
    t.throws(() => holdStore(`file:${dir}`), { ...refusal, message: /\(it is a folder\)/ })
    t.throws(() => holdStore('file:/dev/null/q.db'), { ...refusal, message: /\(EEXIST\)/ })
    t.throws(() => holdStore(`file:${t.testdirName}-long/${'q'.repeat(300)}`), { name: 'StoreRefusal' })
  }
)

async function start(t: Test, script: string, url: string) {
  const holder = run(t, script, [url])
  await holder.until(/held/)
  return holder
}
