// A configuration that docker/ gives to start from, read with the secrets and variables that its container has, and no other.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Configuration, readConfiguration } from '../../src/config/load.ts'
import { createFakeWix } from '../../src/devkit/fake-wix.ts'
import { adapters } from '../../src/providers/index.ts'

const wix = createFakeWix()

/** Values as an operator would give them, by the variable's or the secret's name. */
const VALUES: Record<string, string> = {
  WIX_APP_ID: wix.appId,
  WIX_PUBLIC_KEY: wix.publicKeyPem.replaceAll('\n', '\\n'),
  PUBLIC_HOST: 'quota.example.com',
  'wix-public-key': wix.publicKeyPem,
  'management-token': Buffer.from('a token for tests, of 32 bytes .').toString('base64'),
  'encryption-key': Buffer.from('a key for tests, of 32 bytes ...').toString('base64'),
  'docspace-api-key': 'sk-an-api-key',
  'postgres-password': 'a0b1c2d3e4f5',
  'database-url': 'postgres://quota:a0b1c2d3e4f5@db.internal/quota'
}

const given = (name: string) => {
  const value = VALUES[name]
  if (value === undefined) throw new Error(`an operator is not told of ${name}`)
  return value
}

/** Throws what is wrong with it; `folder` takes the secrets' files. */
export function readExample(
  file: string,
  { variables, secrets, folder }: { variables: readonly string[]; secrets: readonly string[]; folder: string }
): Configuration {
  for (const name of secrets) writeFileSync(join(folder, name), `${given(name)}\n`)
  const yaml = readFileSync(file, 'utf8').replaceAll('/run/secrets/', `${folder}/`)
  return readConfiguration(yaml, {
    environment: Object.fromEntries(variables.map(name => [name, given(name)])),
    adapters
  })
}

/** The secrets that a file names, those in comments included. */
export function namedSecrets(file: string): Set<string> {
  return new Set(
    [...readFileSync(file, 'utf8').matchAll(/\$\{file:\/run\/secrets\/([\w-]+)\}/g)].map(([, name = '']) => name)
  )
}
