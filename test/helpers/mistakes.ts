// A configuration that is right, and what is told of one that is not.
import { type Configuration, readConfiguration } from '../../src/config/load.ts'
import { ConfigurationError } from '../../src/mistakes.ts'
import { adapters } from '../../src/providers/index.ts'
import { sharedWix } from './bridge.ts'

/** Of no use anywhere: base64 of a sentence that says so. */
export const STORE_KEY = Buffer.from('a key for tests, of 32 bytes ...').toString('base64')

export const ENVIRONMENT = {
  WIX_PUBLIC_KEY: sharedWix.publicKeyPem,
  DOCSPACE_API_KEY: 'sk-fake-not-a-key',
  MANAGEMENT_TOKEN: 'a-token-that-nobody-may-read',
  ENCRYPTION_KEY: STORE_KEY
}

export const GOOD = `wix:
  appId: 6a5d1c0e-0000-4000-8000-00000000de40
  publicKey: \${WIX_PUBLIC_KEY}
providers:
  docspace:
    type: docspace
    connection: { url: https://acme.onlyoffice.com, apiKey: "\${DOCSPACE_API_KEY}" }
actions:
  create-room: { provider: docspace, features: [room, manager] }
`

export function read(yaml: string, more: NodeJS.ProcessEnv = {}): Configuration {
  return readConfiguration(yaml, { environment: { ...ENVIRONMENT, ...more }, adapters })
}

/** The mistakes as an operator reads them: `path (line N) sentence`. */
export function told(yaml: string, more: NodeJS.ProcessEnv = {}): string[] {
  try {
    read(yaml, more)
    return []
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.mistakes.map(({ path, line, message }) =>
      `${path.join('.')}${line === undefined ? '' : ` (line ${line})`} ${message}`.trim()
    )
  }
}
