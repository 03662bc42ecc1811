// Who is told of what happens: the section `webhooks:`.
import ipaddr from 'ipaddr.js'
import type { Mistake } from '../mistakes.ts'
import { Secret, type Static, Type } from '../schema.ts'
import type { Webhook } from '../webhooks/delivery.ts'
import { NOTICE_TYPES, type NoticeType } from '../webhooks/notice.ts'
import { readSecret } from '../webhooks/signature.ts'

const types = Object.entries(NOTICE_TYPES)
const isNoticeType = (text: string): text is NoticeType => Object.hasOwn(NOTICE_TYPES, text)

export const WebhooksSchema = Type.Array(
  Type.Object(
    {
      url: Type.String({
        pattern: '^https?://[^\\s#@]+$',
        form: 'an address',
        // It may hold a token.
        shown: false,
        description: 'where messages are sent: https://, without user and fragment',
        examples: ['https://ops.example.com/hooks/quota-bridge']
      }),
      secret: Secret({
        description:
          'what messages are signed with: whsec_ and base64 of 24 to 64 bytes (echo whsec_$(openssl rand -base64 32))',
        examples: ['${WEBHOOK_SECRET}']
      }),
      on: Type.Array(
        Type.Union(
          types.map(([type]) => Type.Literal(type)),
          { form: 'a text', description: types.map(([type]) => type).join(', '), examples: ['connection.failing'] }
        ),
        {
          minItems: 1,
          uniqueItems: true,
          description: `what is told: ${types.map(([type, meaning]) => `${type} (${meaning})`).join('; ')}`,
          examples: [['connection.failing', 'connection.recovered']]
        }
      ),
      allowPrivateHosts: Type.Boolean({
        default: false,
        description: 'whether http://, IP addresses and private networks are admitted',
        examples: [true]
      })
    },
    { additionalProperties: false, default: {} }
  ),
  {
    minItems: 1,
    description: 'who is told of what happens, by signed messages (Standard Webhooks)',
    examples: [
      [
        {
          url: 'https://ops.example.com/hooks',
          secret: '${WEBHOOK_SECRET}',
          on: ['connection.failing', 'key.expiring']
        }
      ]
    ]
  }
)

/** What to tell, and whom; what is wrong goes to `mistakes`. */
export function readWebhooks(written: Static<typeof WebhooksSchema> | undefined, mistakes: Mistake[]): Webhook[] {
  return (written ?? []).flatMap(({ url, secret, on, allowPrivateHosts }, index) => {
    const at = ['webhooks', String(index)]
    const key = readSecret(secret)
    if (!key) {
      const message = 'is not whsec_ and base64 of 24 to 64 bytes; make one with: echo whsec_$(openssl rand -base64 32)'
      mistakes.push({ path: [...at, 'secret'], message })
    }
    const message = addressMistake(url, allowPrivateHosts)
    if (message) mistakes.push({ path: [...at, 'url'], message })
    return key && !message ? [{ url, key, on: new Set(on.filter(isNoticeType)), allowPrivateHosts }] : []
  })
}

function addressMistake(text: string, allowPrivateHosts: boolean): string | undefined {
  const url = URL.parse(text)
  if (!url) return 'is not a usable address'
  if (allowPrivateHosts) return undefined
  if (url.protocol !== 'https:') return 'must start with https:// (http:// only with allowPrivateHosts: true)'
  // Whoever opens a socket to an address looks nothing up, where the guard stands.
  const isAddress = ipaddr.isValid(url.hostname.replace(/^\[|\]$/g, ''))
  return isAddress ? 'must name a host, not an IP address (allowed with allowPrivateHosts: true)' : undefined
}
