// Whether a connection works: the key's own call, which any scope may make, tells a bad key from one that may see too little.
// https://api.onlyoffice.com/docspace/api-backend/get-started/authentication/api-keys/
import type { Agent } from 'undici'
import { type ConnectionCheck, ProviderError } from '../../quota/provider.ts'
import { type DocSpaceConnection, getAnswer } from './client.ts'
import { answerChecks, type DocSpaceQuota } from './schema.ts'

/** What only an admin's or the owner's key is told. */
const TOLD_TO_ADMINS = 'manager'

/** Asks the portal; whatever it answers becomes a finding. */
export async function checkConnection(
  agent: Agent,
  connection: DocSpaceConnection,
  signal: AbortSignal
): Promise<ConnectionCheck> {
  try {
    await getAnswer(agent, connection, '/api/2.0/keys/@self', answerChecks.key, signal)
    const quota = await getAnswer(
      agent,
      connection,
      '/api/2.0/portal/payment/quota?refresh=false',
      answerChecks.quota,
      signal
    )
    return tellsEverything(quota.response) ? { health: 'ok' } : { health: 'limited', finding: 'not-an-admin' }
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    return { health: 'failing', finding: error.finding }
  }
}

function tellsEverything({ features }: DocSpaceQuota): boolean {
  return features.some(({ id, used }) => id === TOLD_TO_ADMINS && used?.value !== undefined)
}
