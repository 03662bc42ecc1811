// The requests of a mapping, made: each as soon as those are answered that it needs.
import { ProviderError } from '../../quota/provider.ts'
import type { NamedCall } from '../http-client.ts'
import { fillAddress } from './addresses.ts'
import { readPages } from './paging.ts'
import { fillBody, type Request } from './requests.ts'
import type { HttpConnection } from './schema.ts'
import { type Filling, fill } from './template.ts'

/** Makes one call; `page` counts from 1. @throws {ProviderError} */
export type Ask = (call: NamedCall, request: Request, page: number) => Promise<unknown>

/**
 * What each request is answered with. One that needs a value of an answer that is not there is not made: it has no answer.
 * @throws {ProviderError} the first failure
 */
export async function readAnswers(
  requests: readonly Request[],
  connection: HttpConnection,
  now: Date,
  ask: Ask
): Promise<ReadonlyMap<string, unknown>> {
  const answers = new Map<string, unknown>()
  const underWay = new Map<string, Promise<void>>()
  const filling: Filling = { connection, now, answerTo: name => answers.get(name) }
  for (const request of requests) {
    const needed = request.needs.map(name => underWay.get(name))
    const made = Promise.all(needed).then(async () => void answers.set(request.name, await make(request, filling, ask)))
    underWay.set(request.name, made)
  }
  await Promise.all(underWay.values())
  return answers
}

/** A request and all those that it needs, in order. */
export function withNeeds(request: Request, requests: readonly Request[]): Request[] {
  const needed = new Set([request.name])
  for (const other of requests.toReversed())
    if (needed.has(other.name)) for (const name of other.needs) needed.add(name)
  return requests.filter(({ name }) => needed.has(name))
}

async function make(request: Request, filling: Filling, ask: Ask): Promise<unknown> {
  const url = fillAddress(request.address, filling)
  if (url === 'unfit') throw new ProviderError('PROVIDER_REJECTED', 'connection-unfit', { reason: request.name })
  const body = request.body && fillBody(request.body, template => fill(template, filling))
  if (url === 'missing' || (request.body && body === undefined)) return undefined
  const { method, list } = request
  const askPage = (call: { url: URL; body: unknown }, page: number) =>
    ask(
      {
        operation: request.name,
        url: call.url,
        method,
        ...(call.body !== undefined && {
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(call.body)
        })
      },
      request,
      page
    )
  return list ? readPages(list, { url, body }, askPage) : askPage({ url, body }, 1)
}
