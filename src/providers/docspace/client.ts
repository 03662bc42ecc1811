// DocSpace's HTTP API: one GET, its answer checked, and what its refusals mean.
import type { Agent } from 'undici'
import { ProviderError } from '../../quota/provider.ts'
import type { Static, TSchema, TypeCheck } from '../../schema.ts'
import { ask, type HttpAnswer, jsonOf } from '../http-client.ts'

export interface DocSpaceConnection {
  /** The portal's origin, such as https://acme.onlyoffice.com */
  url: string
  apiKey: string
}

/** Whether it can be one of DocSpace's keys, which have 67 characters, none of them a blank. */
export function canBeKey(apiKey: string): boolean {
  return /^[\x21-\x7e]{1,1024}$/.test(apiKey)
}

/**
 * Reads one of the portal's answers.
 * @throws {ProviderError} whatever goes wrong
 */
export async function getAnswer<Schema extends TSchema>(
  agent: Agent,
  connection: DocSpaceConnection,
  path: string,
  check: TypeCheck<Schema>,
  signal: AbortSignal
): Promise<Static<Schema>> {
  if (!canBeKey(connection.apiKey)) {
    throw new ProviderError('PROVIDER_REJECTED', 'api-key-rejected', { reason: 'cannot be sent' })
  }
  const headers = { authorization: `Bearer ${connection.apiKey}` }
  const call = { url: new URL(path, connection.url), headers }
  const answer = jsonOf(await ask(agent, call, signal, findingOf))
  if (!check.Check(answer)) throw new ProviderError('PROVIDER_REJECTED', 'answer-invalid')
  return answer
}

/** What DocSpace means by a refusal. Of its body only the kind is looked at. */
function findingOf({ status, body }: HttpAnswer): string | undefined {
  if (status === 402) return 'portal-not-paid'
  if (status === 403)
    return body === '' ? 'scope-too-narrow' : body.includes('"error"') ? 'role-too-low' : 'access-refused'
  if (status === 404) return 'portal-not-found'
  return status === 500 && body.includes('Could not resolve current tenant') ? 'portal-not-found' : undefined
}
