// Tokens by which a person connects a site: made within a verified call of Wix, signed, for a while, for one use.
import { randomUUID } from 'node:crypto'
import { CompactSign, compactVerify } from 'jose'
import { type Static, Type, Value } from '../schema.ts'
import type { OneUse } from '../store/one-use.ts'

/** How long a person may take from the button to the saved connection. */
export const TOKEN_LIFETIME_MS = 1_800_000
/** Longer ones were not made here. */
const LENGTH_MAX = 2048

/** Whose connection a token is about, and in which language its button was read. */
const Target = Type.Object({
  provider: Type.String(),
  instanceId: Type.String(),
  /** A BCP 47 tag. */
  language: Type.String(),
  /** Who may use it: our own page, or the maker's, over the management API. */
  use: Type.Union([Type.Literal('page'), Type.Literal('maker')])
})
export type ConnectTarget = Static<typeof Target>

const Payload = Type.Composite([Target, Type.Object({ id: Type.String(), iat: Type.Integer(), exp: Type.Integer() })], {
  additionalProperties: false
})

/** A token that was made here and has not ended. */
export interface ConnectToken extends ConnectTarget {
  once: OneUse
  /** When it was made, in milliseconds since 1970. */
  madeAt: number
}

export interface ConnectTokens {
  /** Where the button Connect leads: an address, with a new token in it. */
  linkFor(address: string, target: ConnectTarget): Promise<string>
  /** What a token says; undefined when it was not made here, has ended, or is for another use. */
  read(token: string, use: ConnectTarget['use']): Promise<ConnectToken | undefined>
}

export interface ConnectTokensOptions {
  /** Shared by all replicas; asked for when it is first needed, and again after a failure. */
  secret: () => Promise<Uint8Array>
  /** Milliseconds since 1970. */
  now: () => number
}

export function createConnectTokens({ secret, now }: ConnectTokensOptions): ConnectTokens {
  let known: Uint8Array | undefined
  const key = async () => {
    known ??= await secret()
    return known
  }
  return {
    async linkFor(address, target) {
      const iat = now()
      const payload = JSON.stringify({ ...target, id: randomUUID(), iat, exp: iat + TOKEN_LIFETIME_MS })
      const signing = new CompactSign(new TextEncoder().encode(payload)).setProtectedHeader({ alg: 'HS256' })
      const url = new URL(address)
      url.searchParams.set('token', await signing.sign(await key()))
      return url.href
    },
    async read(token, use) {
      const payload = token.length <= LENGTH_MAX ? await verify(token, await key()) : undefined
      if (!Value.Check(Payload, payload) || payload.use !== use || payload.exp <= now()) return undefined
      const { id, iat, exp, ...target } = payload
      return { ...target, once: { id, endsAt: exp }, madeAt: iat }
    }
  }
}

async function verify(token: string, secret: Uint8Array): Promise<unknown> {
  try {
    const { payload } = await compactVerify(token, secret, { algorithms: ['HS256'] })
    return JSON.parse(new TextDecoder().decode(payload))
  } catch {
    return undefined
  }
}
