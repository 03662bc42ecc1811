// The fake Wix's private key, kept between runs, so that `npm run wix:call` can sign for a demo that runs elsewhere.
import { createPrivateKey } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { UsageError } from './command-line.ts'
import { createFakeWix, type FakeWix } from './fake-wix.ts'

/** Ignored by git, and good for nothing but the demo. */
export const KEY_FILE = 'data/devkit/fake-wix-private-key.pem'
export const DEMO_APP_ID = '6a5d1c0e-0000-4000-8000-00000000de40'

/**
 * The fake Wix whose key lies in the file; the first call makes it.
 * @throws {UsageError} when something else lies there, or nothing can be written there
 */
export function keptFakeWix({ file = KEY_FILE, appId = DEMO_APP_ID } = {}): FakeWix {
  const kept = readIfThere(file)
  if (kept !== undefined) return createFakeWix({ appId, privateKeyPem: demandRsa(kept, file) })
  const wix = createFakeWix({ appId })
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, wix.privateKeyPem, { mode: 0o600 })
  } catch (error) {
    throw new UsageError(`The key cannot be kept in ${file} (${codeOf(error)}); name another file with --key.`)
  }
  return wix
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new UsageError(`The key in ${file} cannot be read (${codeOf(error)}).`)
  }
}

/** Whatever else it is, it is somebody's, and stays what it is. */
function demandRsa(pem: string, file: string): string {
  try {
    if (createPrivateKey(pem).asymmetricKeyType === 'rsa') return pem
  } catch {}
  throw new UsageError(`${file} holds no RSA private key as PEM without a passphrase; Wix signs with RS256.`)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
