// Links that lead to a provider's upgrade page by way of us, so that we know when a plan may have changed.
import { CompactSign, compactVerify } from 'jose'
import { Type, Value } from '../schema.ts'
import type { SiteKey } from '../store/changes.ts'

const Target = Type.Object({ provider: Type.String(), instanceId: Type.String() }, { additionalProperties: false })

export interface UpgradeLinks {
  /** A link that names whose plan it is about, signed. */
  linkFor(key: SiteKey): Promise<string>
  /** Whose plan a token is about; undefined when we did not sign it. */
  read(token: string): Promise<SiteKey | undefined>
}

/** `publicUrl` is where a person's browser reaches this service; `secret` is shared by all replicas. */
export function createUpgradeLinks(publicUrl: string, secret: Uint8Array): UpgradeLinks {
  const base = publicUrl.replace(/\/+$/, '')
  return {
    async linkFor({ provider, instanceId }) {
      const payload = new TextEncoder().encode(JSON.stringify({ provider, instanceId }))
      return `${base}/v1/upgrade/${await new CompactSign(payload).setProtectedHeader({ alg: 'HS256' }).sign(secret)}`
    },
    async read(token) {
      try {
        const { payload } = await compactVerify(token, secret, { algorithms: ['HS256'] })
        const target: unknown = JSON.parse(new TextDecoder().decode(payload))
        return Value.Check(Target, target) ? target : undefined
      } catch {
        return undefined
      }
    }
  }
}
