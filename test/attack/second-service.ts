// Services on one SQLite file, one after the other killed without a word.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sharedWix } from '../helpers/bridge.ts'
import type { AttackRow } from './row.ts'

const ROUNDS = 10
const START_MS_MAX = 20_000

export const secondService: AttackRow = {
  name: 'second service',
  wanted: 'a second one is refused with the reason; after a kill the next one starts',
  engines: ['SQLite'],
  async run({ newUrl, folder, teardown }) {
    const file = join(folder, 'quota-bridge.yaml')
    const written = {
      wix: { appId: sharedWix.appId, publicKey: sharedWix.publicKeyPem },
      server: { host: '127.0.0.1' },
      store: { url: await newUrl(), encryptionKeys: [Buffer.alloc(32).toString('base64')] },
      providers: { sites: { type: 'docspace', connection: 'per-site' } },
      actions: { room: { provider: 'sites' } }
    }
    writeFileSync(file, JSON.stringify(written))
    /** Starts one; says whether it listens or why it ended. */
    const start = async () => {
      const child = spawn(process.execPath, ['src/main.ts', '--config', file], {
        env: { ...process.env, PORT: '0', MANAGEMENT_PORT: '0' },
        stdio: ['ignore', 'pipe', 'inherit']
      })
      teardown(() => child.kill('SIGKILL'))
      let text = ''
      const outcome = new Promise<string>(resolve => {
        child.stdout.on('data', chunk => {
          text += chunk
          if (text.includes('"listening"')) resolve('listens')
        })
        child.on('close', () => resolve(text.includes('STORE_IN_USE') ? 'in use' : 'ended'))
        setTimeout(() => resolve('late'), START_MS_MAX).unref()
      })
      return { child, outcome: await outcome }
    }
    const seen = { started: 0, refused: 0 }
    for (let round = 0; round < ROUNDS; round++) {
      const first = await start()
      if (first.outcome === 'listens') seen.started++
      const second = await start()
      if (second.outcome === 'in use') seen.refused++
      first.child.kill('SIGKILL')
      await once(first.child, 'exit')
    }
    return {
      holds: seen.started === ROUNDS && seen.refused === ROUNDS,
      figures: `${seen.refused} of ${ROUNDS} second ones refused, ${seen.started} of ${ROUNDS} started after a kill`
    }
  }
}
