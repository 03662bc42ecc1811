// Whether a connection works: the key's own call, which any scope may make, tells a bad key from one that may see too little.
// https://api.onlyoffice.com/docspace/api-backend/get-started/authentication/api-keys/
import type { Agent } from 'undici'
import type { ProviderWatch } from '../../observe/provider.ts'
import { type ConnectionCheck, ProviderError } from '../../quota/provider.ts'
import { Value } from '../../schema.ts'
import { watched } from '../watched.ts'
import { type DocSpaceConnection, getAnswer } from './client.ts'
import { COUNTED_FEATURES } from './convert.ts'
import { parseDate } from './dates.ts'
import { answerChecks, type DocSpaceQuota, KeyAnswer } from './schema.ts'

/** Features that DocSpace lists for an admin or the owner alone, whether the plan has them or not. Any of them will do: versions differ. */
const LISTED_FOR_ADMINS: ReadonlySet<string> = new Set([
  ...['audit', 'ldap', 'sso', 'restore', 'branding', 'customization', 'thirdparty', 'year', 'backup', 'aitools'],
  'free_backup'
])
/** The one usage that a plain user is told. */
const TOLD_TO_USERS = 'total_size'

/** How portals are called. */
interface Calling {
  agent: Agent
  watch: ProviderWatch | undefined
}

/** Asks the portal; whatever it answers becomes a finding. */
export async function checkConnection(
  calling: Calling,
  connection: DocSpaceConnection,
  signal: AbortSignal
): Promise<ConnectionCheck> {
  try {
    const { paid, ...key } = await askAboutKey(calling, connection, signal)
    const path = '/api/2.0/portal/payment/quota?refresh=false'
    const quota = await watched(calling.watch, { operation: 'quota' }, () =>
      getAnswer(calling.agent, connection, path, answerChecks.quota, signal)
    )
    const { found, hidden } = whatIsTold(quota.response)
    const details = { ...key, ...(hidden.length > 0 && { hidden }) }
    return paid ? { ...found, ...details } : { health: 'limited', finding: 'portal-not-paid', ...details }
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    return { health: 'failing', finding: error.finding }
  }
}

/** Once a plan has expired the portal refuses every call but those for quota and tariff, yet only to keys that are good. */
async function askAboutKey(
  { agent, watch }: Calling,
  connection: DocSpaceConnection,
  signal: AbortSignal
): Promise<{ paid: boolean; expiresAt?: Date | 'never' }> {
  try {
    const key = await watched(watch, { operation: 'key' }, () =>
      getAnswer(agent, connection, '/api/2.0/keys/@self', answerChecks.key, signal)
    )
    return { paid: true, ...endOf(key) }
  } catch (error) {
    if (error instanceof ProviderError && error.finding === 'portal-not-paid') return { paid: false }
    throw error
  }
}

/** A key that never ends has no date: https://api.onlyoffice.com/docspace/api-backend/usage-api/models/api-key-response-dto */
function endOf(key: unknown): { expiresAt?: Date | 'never' } {
  if (!Value.Check(KeyAnswer, key)) return {}
  const { expiresAt: written } = key.response
  const expiresAt = written ? parseDate(written) : ('never' as const)
  return expiresAt ? { expiresAt } : {}
}

/** How much the key's owner is told, and which counted features are there without being told. */
function whatIsTold({ features }: DocSpaceQuota): { found: ConnectionCheck; hidden: string[] } {
  const told = new Set(features.filter(({ used }) => used?.value !== undefined).map(({ id }) => id))
  if (features.some(({ id }) => LISTED_FOR_ADMINS.has(id))) return { found: { health: 'ok' }, hidden: [] }
  const listed = new Set([...features.map(({ id }) => id), ...LISTED_FOR_ADMINS])
  const hidden = COUNTED_FEATURES.filter(id => listed.has(id) && !told.has(id))
  const beyondStorage = [...told].some(id => id !== TOLD_TO_USERS)
  return { found: { health: 'limited', finding: beyondStorage ? 'room-admin' : 'not-an-admin' }, hidden }
}
