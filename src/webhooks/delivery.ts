// One message to one webhook: signed, tried again while the receiver does not take it, through the guard of all outgoing calls.
import { once } from 'node:events'
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel'
import { type Agent, request } from 'undici'
import { createOutboundAgent } from '../providers/outbound.ts'
import { VERSION } from '../version.ts'
import type { NoticeType } from './notice.ts'
import { signedHeaders } from './signature.ts'

export interface Webhook {
  url: string
  /** What its secret stands for. */
  key: Buffer
  on: ReadonlySet<NoticeType>
  allowPrivateHosts: boolean
}

export interface Message {
  /** The same for every try. */
  id: string
  body: string
}

/** Why a message was not delivered, in a word: a status, or a system error's code. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
  readonly reason: string

  constructor(reason: string) {
    super(`the webhook did not take it: ${reason}`)
    this.reason = reason
  }
}

export interface Deliveries {
  /** @throws {DeliveryError} when all tries failed, or the signal ended them */
  deliver(webhook: Webhook, message: Message, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export interface Tries {
  /** After the first. */
  retries: number
  /** Before the second try, and at most before any, in milliseconds. */
  firstAfterMs: number
  waitMsMax: number
}

const STOPPED = 'the service stopped'
/** Over an hour, or so: a receiver may be renewed meanwhile. */
const TRIES: Tries = { retries: 10, firstAfterMs: 2000, waitMsMax: 900_000 }
/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md asks for 15 to 30 s. */
const TIMEOUT_MS = 15_000
const LIMITS = { maxResponseBytes: 64 * 1024, connectionsPerOrigin: 4 }
/** Of these no later try will be taken: gone for good, or not to be asked. */
const FINAL: ReadonlySet<string> = new Set(['HTTP 410', 'HOST_NOT_ALLOWED'])

export function createDeliveries(tries: Tries = TRIES): Deliveries {
  const agents = new Map<boolean, Agent>()

  function agentFor(allowPrivateHosts: boolean): Agent {
    const agent = agents.get(allowPrivateHosts) ?? createOutboundAgent({ allowedHosts: [], allowPrivateHosts }, LIMITS)
    agents.set(allowPrivateHosts, agent)
    return agent
  }

  async function send({ url, key, allowPrivateHosts }: Webhook, { id, body }: Message, signal: AbortSignal) {
    let status: number
    try {
      const answer = await request(url, {
        dispatcher: agentFor(allowPrivateHosts),
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': `quota-bridge/${VERSION}`,
          ...signedHeaders(key, id, Date.now(), body)
        },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
      })
      status = answer.statusCode
      await answer.body.dump()
    } catch (error) {
      throw new DeliveryError(reasonOf(error, signal))
    }
    // No redirect is followed: it would lead where nobody has sent it.
    if (status < 200 || status >= 300) throw new DeliveryError(`HTTP ${status}`)
  }

  return {
    async deliver(webhook, message, signal) {
      const over = new AbortController()
      const policy = retry(
        handleWhen(error => error instanceof DeliveryError && !FINAL.has(error.reason) && !signal.aborted),
        {
          maxAttempts: tries.retries,
          backoff: new ExponentialBackoff({ initialDelay: tries.firstAfterMs, maxDelay: tries.waitMsMax })
        }
      )
      // A wait that has begun goes on when the service stops; nobody waits for it then.
      const told = policy.dangerouslyUnref().execute(() => send(webhook, message, signal))
      await Promise.race([told, stopOf(signal, over.signal)]).finally(() => over.abort())
    },
    close: async () => void (await Promise.all([...agents.values()].map(agent => agent.close())))
  }
}

/** Fails when the service stops, or all is over. */
async function stopOf(signal: AbortSignal, over: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort', { signal: over })
  throw new DeliveryError(STOPPED)
}

function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return STOPPED
  if (error instanceof Error && error.name === 'TimeoutError') return 'timeout'
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreachable'
}
