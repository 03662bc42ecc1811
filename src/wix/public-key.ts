// The app's public key in the forms in which it travels through dashboards, secrets and environment files.
import { createPublicKey, type KeyObject } from 'node:crypto'

/**
 * Reads an RSA public key given as PEM, as PEM whose newlines became blanks or a literal `\n`, or as base64 of the PEM.
 * @throws {Error} with a sentence that says what is wrong with it
 */
export function readPublicKey(text: string): KeyObject {
  const pem = toPem(text)
  if (pem.includes('PRIVATE KEY'))
    throw new Error('is a private key; give the public one, and keep the private one away from here')
  let key: KeyObject
  try {
    key = createPublicKey(pem)
  } catch {
    throw new Error('is not a readable public key; copy it whole, from -----BEGIN to -----END-----')
  }
  if (key.asymmetricKeyType !== 'rsa') throw new Error(`is an ${key.asymmetricKeyType} key; Wix signs with RSA`)
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < 2048) throw new Error(`has only ${bits} bits; RS256 needs 2048 or more`)
  return key
}

function toPem(text: string): string {
  const trimmed = text.trim()
  if (trimmed.startsWith('-----')) return inLines(trimmed)
  return inLines(
    Buffer.from(trimmed.replace(/\s|\\n/g, ''), 'base64')
      .toString('utf8')
      .trim()
  )
}

/** Between its two marks a PEM is base64, so that it is the same however its lines were joined: https://www.rfc-editor.org/rfc/rfc7468 */
function inLines(text: string): string {
  const pem = text.replaceAll('\\n', '\n')
  const [, begin, base64 = '', end] = /^(-----BEGIN [A-Z ]+-----)([^-]*)(-----END [A-Z ]+-----)$/.exec(pem) ?? []
  if (begin === undefined) return pem
  return [begin, ...(base64.replace(/\s/g, '').match(/.{1,64}/g) ?? []), end].join('\n')
}
