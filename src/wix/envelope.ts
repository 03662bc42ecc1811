// Wix's signed bodies: a compact JWS whose payload is believed only after its signature and claims were checked.
// https://dev.wix.com/docs/build-apps/develop-your-app/extensions/backend-extensions/service-plugins/about-service-plugin-extensions
import type { KeyObject } from 'node:crypto'
import { parse as parseYaml } from 'yaml'
import { QuotaBridgeError } from '../errors.ts'
import { TypeCompiler } from '../schema.ts'
import { canonicalSite } from '../store/connection-key.ts'
import { decodeUtf8 } from '../utf8.ts'
import { QuotaCallPayload } from './contract.ts'
import { checkJws } from './jws.ts'

/** Clocks differ. */
const CLOCK_TOLERANCE_SECONDS = 60
const ISSUER = 'wix.com'
/** A longer list of languages is no reader's; the rest of it is not looked at. */
const LANGUAGES_MAX = 20
/** Characters of a payload that nobody has signed which are worth reading for a hint; Wix's own have about a thousand. */
const UNVERIFIED_LENGTH_MAX = 8192

export interface VerifiedCall {
  actionKey: string
  /** The site: one installation of the app, in canonical form. Absent from some calls. */
  instanceId?: string
  /** Wix's id of the call, for finding it again. */
  requestId?: string
  /** As sent: unchecked tags, perhaps none. */
  languages: readonly string[]
}

export interface EnvelopeOptions {
  /** The audience that every signed call must name. */
  appId: string
  /** More than one while a key is rotated. Imported once. */
  publicKeys: readonly KeyObject[]
  /** Development only: also take the decoded or abbreviated JSON form, which anybody can write. */
  allowUnsigned: boolean
  /** Milliseconds since 1970. */
  now: () => number
}

export type EnvelopeReader = (body: string) => Promise<VerifiedCall>

export interface AppEvent {
  eventType: string
  /** The site it happened on, in canonical form. */
  instanceId?: string
  /** The site that this one was copied from, in canonical form; of an installation on a copy alone. */
  originInstanceId?: string
  /** When Wix signed it: milliseconds since 1970, of whole seconds. */
  signedAt: number
}

export type AppEventReader = (body: string) => Promise<AppEvent>

/**
 * Makes the function that verifies the body of an app event and says what happened.
 * It throws {QuotaBridgeError} INVALID_SIGNATURE, INVALID_CLAIMS or INVALID_REQUEST.
 */
export function createAppEventReader(options: EnvelopeOptions): AppEventReader {
  return async body => {
    const payload = await verifySignature(body.trim(), options)
    // Webhooks carry neither issuer nor audience; one that does must name Wix and us.
    const iat = checkClaims({ iss: ISSUER, aud: options.appId, ...payload }, options)
    const event = parseEvent(payload.data)
    if (!isRecord(event) || !isName(event.eventType)) {
      throw new QuotaBridgeError('INVALID_REQUEST', {
        message: 'The signed payload holds no event.',
        data: { field: 'data' }
      })
    }
    // A time from before 1970 is as good as 1970.
    const signedAt = Math.max(0, Math.floor(iat)) * 1000
    const { instanceId: originInstanceId } = siteOf(Object(parseEvent(event.data)).originInstanceId)
    const origin = originInstanceId === undefined ? {} : { originInstanceId }
    return { eventType: event.eventType, ...siteOf(event.instanceId), ...origin, signedAt }
  }
}

function parseEvent(data: unknown): unknown {
  try {
    return JSON.parse(String(data))
  } catch {
    return undefined
  }
}

const payloadCheck = TypeCompiler.Compile(QuotaCallPayload)

/**
 * Makes the function that verifies the body of a quota call and says what it asks.
 * It throws {QuotaBridgeError} INVALID_SIGNATURE, INVALID_CLAIMS or INVALID_REQUEST.
 */
export function createEnvelopeReader(options: EnvelopeOptions): EnvelopeReader {
  return async body => {
    const text = body.trim()
    if (options.allowUnsigned && text.startsWith('{')) return readCall(parseUnsigned(text))
    const payload = await verifySignature(text, options)
    checkClaims(payload, options)
    return readCall(payload)
  }
}

async function verifySignature(jws: string, { publicKeys, appId }: EnvelopeOptions): Promise<Record<string, unknown>> {
  const checked = await checkJws(jws, publicKeys)
  if (checked === 'no-jws') throw new QuotaBridgeError('INVALID_SIGNATURE')
  if (checked !== 'no-key') return parsePayload(checked)
  throw new QuotaBridgeError('INVALID_SIGNATURE', {
    message: 'The signature fits none of the configured public keys.',
    logged: { appId, aud: claimedAudience(jws) }
  })
}

/** What an unverified body says whom it is for: a hint for the log, whose reader knows that anybody may have written it. */
function claimedAudience(jws: string): string {
  const [, payload = ''] = jws.split('.')
  if (payload.length > UNVERIFIED_LENGTH_MAX) return 'not looked at'
  try {
    return audienceOf(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')).aud)
  } catch {
    return 'not told'
  }
}

function audienceOf(aud: unknown): string {
  return aud === undefined ? 'not told' : Array.isArray(aud) ? aud.join(', ') : String(aud)
}

function parsePayload(bytes: Buffer): Record<string, unknown> {
  let payload: unknown
  try {
    payload = JSON.parse(decodeUtf8(bytes))
  } catch (cause) {
    throw new QuotaBridgeError('INVALID_CLAIMS', {
      message: 'The signed payload is not JSON, so it makes no claims.',
      cause
    })
  }
  if (!isRecord(payload)) {
    throw new QuotaBridgeError('INVALID_CLAIMS', {
      message: 'The signed payload is not an object, so it makes no claims.'
    })
  }
  return payload
}

/** Gives when it was signed, in seconds since 1970; throws INVALID_CLAIMS. */
function checkClaims(payload: Record<string, unknown>, { appId, now }: EnvelopeOptions): number {
  const seconds = Math.floor(now() / 1000)
  const { iss, aud, iat, exp, nbf } = payload
  if (iss !== ISSUER) wrongClaim('iss', `must be ${ISSUER}`)
  if (!(Array.isArray(aud) ? aud.includes(appId) : aud === appId))
    wrongClaim('aud', "must be this app's id, or a list that holds it", { appId, aud: audienceOf(aud) })
  if (!isTime(iat)) wrongClaim('iat', 'must be a number of seconds since 1970')
  if (iat > seconds + CLOCK_TOLERANCE_SECONDS) wrongClaim('iat', 'lies in the future')
  if (!isTime(exp)) wrongClaim('exp', 'must be a number of seconds since 1970')
  if (exp <= seconds - CLOCK_TOLERANCE_SECONDS) wrongClaim('exp', 'has passed')
  if (nbf === undefined) return iat
  if (!isTime(nbf)) wrongClaim('nbf', 'must be a number of seconds since 1970')
  if (nbf > seconds + CLOCK_TOLERANCE_SECONDS) wrongClaim('nbf', 'lies in the future')
  return iat
}

function wrongClaim(claim: string, what: string, logged: Record<string, unknown> = {}): never {
  throw new QuotaBridgeError('INVALID_CLAIMS', { message: `The claim ${claim} ${what}.`, data: { claim }, logged })
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readCall(payload: unknown): VerifiedCall {
  if (!payloadCheck.Check(payload)) {
    const where = payloadCheck.Errors(payload).First()?.path.slice(1).replaceAll('/', '.') || 'the payload'
    throw new QuotaBridgeError('INVALID_REQUEST', {
      message: `The call is well signed, but ${where} is missing or unusable.`,
      data: { field: where }
    })
  }
  const { request, metadata = {} } = payload.data
  const { instanceId, requestId, languages } = metadata
  return {
    actionKey: request.actionKey,
    ...siteOf(instanceId),
    ...(isName(requestId) && { requestId }),
    languages: Array.isArray(languages) ? languages.slice(0, LANGUAGES_MAX).filter(tag => typeof tag === 'string') : []
  }
}

function siteOf(instanceId: unknown): { instanceId?: string } {
  return isName(instanceId) ? { instanceId: canonicalSite(instanceId) } : {}
}

/** Short enough to be logged and looked up. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 256
}

/** The form in Wix's reference has a trailing comma: JSON to no parser, but a flow mapping of YAML. */
function parseUnsigned(text: string): unknown {
  let value: unknown
  try {
    value = parseYaml(text, { schema: 'json', maxAliasCount: 0 })
  } catch (cause) {
    throw new QuotaBridgeError('INVALID_REQUEST', { message: 'The unsigned body is not JSON.', cause })
  }
  return isRecord(value) && 'actionKey' in value ? { data: { request: { actionKey: value.actionKey } } } : value
}
