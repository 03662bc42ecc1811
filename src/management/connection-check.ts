// Whether a connection is what its provider needs, and whether it works.
import { QuotaBridgeError } from '../errors.ts'
import { findingOf } from '../findings.ts'
import { schemaMistakes, sentenceOf } from '../mistakes.ts'
import type { Source } from '../quota/source.ts'
import type { HealthReport } from '../store/connections.ts'

/** A check asks the portal twice, one after the other; a person waits for it. */
const CHECK_TIMEOUT_MS = 5000

/** Asks the provider. `now` is in milliseconds since 1970. */
export async function checkConnection(
  { provider }: Source,
  connection: unknown,
  now: () => number
): Promise<HealthReport> {
  const found = await provider.check(connection, { signal: AbortSignal.timeout(CHECK_TIMEOUT_MS) })
  return { health: found.health, finding: found.health === 'ok' ? '' : found.finding, checkedAt: now() }
}

/** @throws {QuotaBridgeError} INVALID_CONNECTION that names the first field that is wrong, and tells of all */
export function validConnection({ adapter, settings }: Source, body: Record<string, unknown>): unknown {
  const wrong = schemaMistakes(adapter.connectionSchema, body)
  const mistakes = wrong.length > 0 ? wrong : (adapter.connectionMistakes?.(body, settings) ?? [])
  const [first] = mistakes
  if (!first) return adapter.tidyConnection?.(body) ?? body
  throw new QuotaBridgeError('INVALID_CONNECTION', {
    message: mistakes.map(mistake => `${mistake.path.join('.')} ${sentenceOf(mistake)}`).join('; '),
    data: { field: first.path.join('.') }
  })
}

/** What a PUT is answered with a connection that does not work. */
export function refused({ adapter }: Source, { finding }: HealthReport): QuotaBridgeError {
  const [message, remedy] = findingOf(finding, adapter.findings) ?? []
  return new QuotaBridgeError('CONNECTION_REFUSED', {
    ...(message && { message }),
    ...(remedy && { remedy }),
    data: { finding }
  })
}
