// Standard Webhooks' secrets and signatures: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
import { createHmac } from 'node:crypto'

const PREFIX = 'whsec_'
const BYTES = { min: 24, max: 64 }

/** The key that a secret stands for; undefined when it is none: whsec_ and base64 of 24 to 64 bytes. */
export function readSecret(text: string): Buffer | undefined {
  const written = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : ''
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(written)) return undefined
  const key = Buffer.from(written, 'base64')
  return key.length >= BYTES.min && key.length <= BYTES.max ? key : undefined
}

/** The headers of one delivery; `at` is in milliseconds since 1970, of this very try. */
export function signedHeaders(key: Buffer, id: string, at: number, body: string): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000))
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}
