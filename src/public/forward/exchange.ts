// One call to the maker's server and its answer, streamed both ways and made once: undici's dispatch repeats nothing by
// itself, and a connection that turns out to be dead fails the call that was written to it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { QuotaBridgeError } from '../../errors.ts'
import { answerHeaders, valuesOf } from './headers.ts'
import { sweepAfter } from './sweep.ts'

export interface Exchange {
  agent: Dispatcher
  origin: string
  /** With the query, as it goes out. */
  path: string
  /** Names and values by turns. */
  headers: string[]
  incoming: IncomingMessage
  hasBody: boolean
  outgoing: ServerResponse
  /** Until the answer begins, and then between any two pieces of it. */
  timeoutMs: number
  maxBodyBytes: number
}

export interface Exchanged {
  bytesIn: number
  bytesOut: number
  /**
   * What went wrong: FORWARD_FAILED, FORWARD_TIMEOUT or PAYLOAD_TOO_LARGE; a CallerGone. Once the answer had begun, the
   * caller's connection was torn: a cut body never gets a well-formed end.
   */
  failure?: QuotaBridgeError | CallerGone
}

/** Nobody waits for the answer any more. */
export class CallerGone extends Error {
  override readonly name = 'CallerGone'
}

const NOTHING = Buffer.alloc(0)

/** Makes the call. Where it ends with a failure before the answer has begun, answering is left to whoever called this. */
export function exchange(options: Exchange): Promise<Exchanged> {
  const { agent, origin, path, headers, incoming, outgoing, timeoutMs } = options
  const { promise, resolve } = Promise.withResolvers<Exchanged>()
  const exchanged: Exchanged = { bytesIn: 0, bytesOut: 0 }
  const body = options.hasBody ? passBody(incoming, exchanged, options.maxBodyBytes) : null
  let controller: Dispatcher.DispatchController | undefined

  const timer = setTimeout(() => fail(new QuotaBridgeError('FORWARD_TIMEOUT')), timeoutMs)
  const resume = () => controller?.resume()
  outgoing.on('drain', resume).once('close', closed)
  body?.once('error', fail)

  function fail(error: Error): void {
    if (exchanged.failure) return
    exchanged.failure =
      error instanceof QuotaBridgeError || error instanceof CallerGone
        ? error
        : new QuotaBridgeError('FORWARD_FAILED', { cause: error })
    controller?.abort(exchanged.failure)
    body?.destroy(exchanged.failure)
    if (outgoing.headersSent) outgoing.destroy()
    else end()
  }

  function closed(): void {
    if (!outgoing.writableFinished) fail(new CallerGone())
    end()
  }

  function end(): void {
    clearTimeout(timer)
    outgoing.off('drain', resume).off('close', closed)
    // What nobody wants any more must not hold up the connection.
    incoming.resume()
    resolve(exchanged)
  }

  agent.dispatch(
    { origin, path, method: incoming.method ?? '', headers, body },
    {
      onRequestStart(active) {
        controller = active
        if (exchanged.failure) active.abort(exchanged.failure)
      },
      onResponseStart(active, statusCode, _headers, statusMessage = '') {
        const raw = textsOf(active.rawHeaders)
        const head = answerHeaders(raw)
        if (statusCode < 200) {
          // Node before 24.18 cannot.
          if (incoming.httpVersionMinor > 0) outgoing.writeInformation?.(statusCode, head)
          return
        }
        if (valuesOf(raw, 'transfer-encoding').some(coding => coding.toLowerCase() !== 'chunked')) {
          throw new Error('the answer has a transfer coding that nobody asked for')
        }
        timer.refresh()
        // The rest of a body that the answer did not wait for would be taken for the next call.
        if (!incoming.complete) head.push('connection', 'close')
        outgoing.writeHead(statusCode, /^[\t -~]+$/.test(statusMessage) ? statusMessage : '', head)
        // Sends the head at once; flushHeaders would send it as UTF-8.
        outgoing.write(NOTHING)
      },
      onResponseData(active, chunk) {
        timer.refresh()
        exchanged.bytesOut += chunk.length
        sweepAfter(chunk.length)
        if (!outgoing.write(chunk)) active.pause()
      },
      onResponseEnd: () => void outgoing.end(),
      onResponseError: (_active, error) => fail(error)
    }
  )
  return promise
}

/**
 * The body on its way, counted, with one piece of it in hand at a time. A stream of its own, since whoever sends it
 * destroys it on failure, and with the incoming one the caller's connection would be lost before the answer.
 */
function passBody(incoming: IncomingMessage, exchanged: Exchanged, maxBytes: number): Readable {
  const body = new Readable({ highWaterMark: 0, read: () => void incoming.resume() })
  incoming.on('data', (chunk: Buffer) => {
    exchanged.bytesIn += chunk.length
    sweepAfter(chunk.length)
    if (exchanged.bytesIn > maxBytes) body.destroy(tooLarge(maxBytes))
    else if (!body.destroyed && !body.push(chunk)) incoming.pause()
  })
  incoming.once('end', () => body.push(null))
  // Before anybody asks for it.
  incoming.pause()
  return body
}

/** For a body that is, or says it is, larger than what is passed on. */
export function tooLarge(maxBytes: number): QuotaBridgeError {
  return new QuotaBridgeError('PAYLOAD_TOO_LARGE', {
    message: `The body is larger than the ${maxBytes} bytes that are passed on.`,
    remedy: 'Send less, or raise forward.maxBodySize.'
  })
}

/** Header bytes as Node's own headers have them: one character a byte. */
function textsOf(raw: Dispatcher.DispatchController['rawHeaders']): string[] {
  return Array.isArray(raw) ? raw.map(item => (typeof item === 'string' ? item : item.toString('latin1'))) : []
}
