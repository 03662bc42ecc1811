// Saves connections until it is killed; says of each, once the store acknowledged it, `site number`.
import { holdStore } from '../../src/store/hold.ts'
import { openStore } from '../../src/store/index.ts'
import { CRASH_KEY, PROVIDER, SITES } from './shared.ts'

const [url = '', from = '0'] = process.argv.slice(2)
// As a service does: the writer before this one was killed while it held it.
holdStore(url)
const store = await openStore({ url, encryptionKeys: [CRASH_KEY], onLost: () => {}, now: Date.now })
for (let number = Number(from); ; number++) {
  const instanceId = `site-${number % SITES}`
  // Two copies in one connection: a half-written one would show.
  const connection = { number, padding: 'x'.repeat(number % 3000), copy: number }
  await store.connections.put(
    { provider: PROVIDER, instanceId },
    connection,
    { health: 'ok', finding: '', checkedAt: number },
    'writer'
  )
  process.stdout.write(`${instanceId} ${number}\n`)
}
