// Links that lead to a provider's upgrade page by way of us, so that we know when a plan may have changed.
import { CompactSign, compactVerify } from 'jose'
import type { Freshness } from '../quota/knowledge.ts'
import { type Static, Type, Value } from '../schema.ts'

/** A person may take this long to press a button, however short numbers are kept. */
const LIFETIME_MS_MIN = 3_600_000

const Target = Type.Object({
  provider: Type.String(),
  instanceId: Type.String(),
  /** Which group of the report it stood beside, from 0. */
  group: Type.Integer({ minimum: 0 })
})
/** Whose plan a link is about. */
export type UpgradeTarget = Static<typeof Target>

const Payload = Type.Composite([Target, Type.Object({ exp: Type.Integer() })], { additionalProperties: false })

export interface UpgradeLink {
  target: UpgradeTarget
  /** Whether its time is over. */
  ended: boolean
}

export interface UpgradeLinks {
  /** A link that names whose plan it is about, signed; it ends when the answer it stands in may be shown no more. */
  linkFor(target: UpgradeTarget, freshness: Pick<Freshness, 'keepForMs'>): Promise<string>
  /** What a token says; undefined when we did not sign it. */
  read(token: string): Promise<UpgradeLink | undefined>
}

export interface UpgradeLinksOptions {
  /** Where a person's browser reaches this service. */
  publicUrl: string
  /** Shared by all replicas. */
  secret: Uint8Array
  /** Milliseconds since 1970. */
  now: () => number
}

export function createUpgradeLinks({ publicUrl, secret, now }: UpgradeLinksOptions): UpgradeLinks {
  const base = publicUrl.replace(/\/+$/, '')
  return {
    async linkFor({ provider, instanceId, group }, { keepForMs }) {
      const exp = Math.ceil((now() + Math.max(keepForMs, LIFETIME_MS_MIN)) / 1000)
      const payload = new TextEncoder().encode(JSON.stringify({ provider, instanceId, group, exp }))
      return `${base}/v1/upgrade/${await new CompactSign(payload).setProtectedHeader({ alg: 'HS256' }).sign(secret)}`
    },
    async read(token) {
      try {
        const { payload } = await compactVerify(token, secret, { algorithms: ['HS256'] })
        const read: unknown = JSON.parse(new TextDecoder().decode(payload))
        if (!Value.Check(Payload, read)) return undefined
        const { exp, ...target } = read
        return { target, ended: exp * 1000 <= now() }
      } catch {
        return undefined
      }
    }
  }
}
