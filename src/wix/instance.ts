// The parameter `instance`, by which Wix tells a page of the app in its dashboard on whose site it is shown, and to whom.
// https://dev.wix.com/docs/build-apps/develop-your-app/access/app-instances/about-app-instances
import { createHmac, timingSafeEqual } from 'node:crypto'
import { QuotaBridgeError } from '../errors.ts'
import { Type, Value } from '../schema.ts'
import { canonicalSite } from '../store/connection-key.ts'
import { decodeUtf8 } from '../utf8.ts'

/** Wix's signature does not end by itself. */
const AGE_MS_MAX = 86_400_000
const CLOCK_TOLERANCE_MS = 60_000
/** Wix's own is a few hundred characters long. */
const LENGTH_MAX = 4096
const PARTS = /^([\w-]{43})=?\.([\w-]+={0,2})$/

const Instance = Type.Object({
  instanceId: Type.String({ minLength: 1, maxLength: 256, pattern: '^[^\\0]+$' }),
  appDefId: Type.Optional(Type.String()),
  signDate: Type.String({ minLength: 1 }),
  permissions: Type.Optional(Type.Unknown()),
  /** Of whom Wix does not know. */
  aid: Type.Optional(Type.Unknown())
})

/** What Wix says of who looks at a page of the app. */
export interface SiteOwner {
  /** The site, in canonical form. */
  instanceId: string
  /** When Wix said so, in milliseconds since 1970. */
  signedAt: number
}

export interface InstanceOptions {
  appId: string
  /** The app's secret key. */
  appSecret: string
  /** Milliseconds since 1970. */
  now: () => number
}

/**
 * Reads the parameter, of an owner of a site alone.
 * @throws {QuotaBridgeError} INSTANCE_REFUSED for what Wix did not sign of late for this app, OWNER_NEEDED for others than owners
 */
export function readInstance(text: string, { appId, appSecret, now }: InstanceOptions): SiteOwner {
  const [, signature = '', data = ''] = (text.length <= LENGTH_MAX && PARTS.exec(text)) || []
  const wanted = createHmac('sha256', appSecret).update(data).digest()
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw refused('it is not signed with wix.appSecret')
  const told = parse(data)
  if (!Value.Check(Instance, told)) throw refused('it does not say which site it is about, or when it was signed')
  const signedAt = Date.parse(told.signDate)
  const ageMs = now() - signedAt
  // What is no date is neither.
  if (!(ageMs <= AGE_MS_MAX && ageMs >= -CLOCK_TOLERANCE_MS)) throw refused('it was not signed within the last day')
  if (told.appDefId !== undefined && told.appDefId.toLowerCase() !== appId.toLowerCase())
    throw refused('it is about another app')
  if (told.aid !== undefined) throw refused('it is about a visitor whom nobody knows')
  if (told.permissions !== 'OWNER') throw new QuotaBridgeError('OWNER_NEEDED')
  return { instanceId: canonicalSite(told.instanceId), signedAt }
}

function refused(why: string): QuotaBridgeError {
  return new QuotaBridgeError('INSTANCE_REFUSED', { message: `The parameter instance is refused: ${why}.` })
}

function parse(data: string): unknown {
  try {
    return JSON.parse(decodeUtf8(Buffer.from(data, 'base64url')))
  } catch {
    return undefined
  }
}
