// Links that lead to a provider's upgrade page by way of us, so that we know when a plan may have changed.
import { CompactSign, compactVerify } from 'jose'
import type { Freshness } from '../quota/knowledge.ts'
import type { QuotaGroup, QuotaReport } from '../quota/report.ts'
import { type Static, Type, Value } from '../schema.ts'
import { type ConnectionKey, idOf } from '../store/connection-key.ts'

/** A person may take this long to press a button, however short numbers are kept. */
const LIFETIME_MS_MIN = 3_600_000
/** Links that were made anew for each call would make each answer another. */
const REUSED_FOR_MS = 600_000

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
  /**
   * The report, each group's upgrade button leading by way of us: by a signed link that names whose plan it is about, and ends
   * when the answer it stands in may be shown no more. Who is shown the same report soon after gets the same object.
   */
  linked(report: QuotaReport, key: ConnectionKey, freshness: Pick<Freshness, 'keepForMs'>): Promise<QuotaReport>
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
  // With whose it is: an adapter may tell the same report of several sites, whose links must not be mixed up.
  const kept = new WeakMap<QuotaReport, { id: string; report: QuotaReport; from: number }>()

  async function linkFor({ provider, instanceId, group }: UpgradeTarget, endsAt: number): Promise<string> {
    const exp = Math.ceil(endsAt / 1000)
    const payload = new TextEncoder().encode(JSON.stringify({ provider, instanceId, group, exp }))
    return `${base}/v1/upgrade/${await new CompactSign(payload).setProtectedHeader({ alg: 'HS256' }).sign(secret)}`
  }

  return {
    async linked(report, key, { keepForMs }) {
      const [id, at, known] = [idOf(key), now(), kept.get(report)]
      if (known?.id === id && known.from <= at && at < known.from + REUSED_FOR_MS) return known.report
      const endsAt = at + REUSED_FOR_MS + Math.max(keepForMs, LIFETIME_MS_MIN)
      const linkedGroup = async (group: QuotaGroup, index: number) =>
        group.upgradeUrl ? { ...group, upgradeUrl: await linkFor({ ...key, group: index }, endsAt) } : group
      const linked = { ...report, groups: await Promise.all(report.groups.map(linkedGroup)) }
      kept.set(report, { id, report: linked, from: at })
      return linked
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
