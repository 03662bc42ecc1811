// The fake Wix's private key, kept between runs, so that `npm run wix:call` can sign for a demo that runs elsewhere.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createFakeWix, type FakeWix } from './fake-wix.ts'

/** Ignored by git, and good for nothing but the demo. */
export const KEY_FILE = 'data/devkit/fake-wix-private-key.pem'
export const DEMO_APP_ID = '6a5d1c0e-0000-4000-8000-00000000de40'

/** The fake Wix whose key lies in the file; the first call makes it. */
export function keptFakeWix({ file = KEY_FILE, appId = DEMO_APP_ID } = {}): FakeWix {
  try {
    return createFakeWix({ appId, privateKeyPem: readFileSync(file, 'utf8') })
  } catch {
    const wix = createFakeWix({ appId })
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, wix.privateKeyPem, { mode: 0o600 })
    return wix
  }
}
