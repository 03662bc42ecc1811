// Whether a connection works: the key's own call, which any scope may make, tells a bad key from one that may see too little.
// https://api.onlyoffice.com/docspace/api-backend/get-started/authentication/api-keys/
import type { Agent } from 'undici'
import { type ConnectionCheck, ProviderError } from '../../quota/provider.ts'
import { type DocSpaceConnection, getAnswer } from './client.ts'
import { answerChecks, type DocSpaceQuota } from './schema.ts'

/** Features that DocSpace lists for an admin or the owner alone, whether the plan has them or not. Any of them will do: versions differ. */
const LISTED_FOR_ADMINS: ReadonlySet<string> = new Set([
  ...['audit', 'ldap', 'sso', 'restore', 'branding', 'customization', 'thirdparty', 'year', 'backup', 'aitools'],
  'free_backup'
])
/** The one usage that a plain user is told. */
const TOLD_TO_USERS = 'total_size'

/** Asks the portal; whatever it answers becomes a finding. */
export async function checkConnection(
  agent: Agent,
  connection: DocSpaceConnection,
  signal: AbortSignal
): Promise<ConnectionCheck> {
  try {
    const paid = await isPaid(agent, connection, signal)
    const quota = await getAnswer(
      agent,
      connection,
      '/api/2.0/portal/payment/quota?refresh=false',
      answerChecks.quota,
      signal
    )
    return paid ? whatIsTold(quota.response) : { health: 'limited', finding: 'portal-not-paid' }
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    return { health: 'failing', finding: error.finding }
  }
}

/** Once a plan has expired the portal refuses every call but those for quota and tariff, yet only to keys that are good. */
async function isPaid(agent: Agent, connection: DocSpaceConnection, signal: AbortSignal): Promise<boolean> {
  try {
    await getAnswer(agent, connection, '/api/2.0/keys/@self', answerChecks.key, signal)
    return true
  } catch (error) {
    if (error instanceof ProviderError && error.finding === 'portal-not-paid') return false
    throw error
  }
}

function whatIsTold({ features }: DocSpaceQuota): ConnectionCheck {
  if (features.some(({ id }) => LISTED_FOR_ADMINS.has(id))) return { health: 'ok' }
  const beyondStorage = features.some(({ id, used }) => id !== TOLD_TO_USERS && used?.value !== undefined)
  return { health: 'limited', finding: beyondStorage ? 'room-admin' : 'not-an-admin' }
}
