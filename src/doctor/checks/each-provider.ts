// Providers, one line for each.
import type { SourceSettings } from '../../quota/source.ts'
import { type Found, forEach, Skip } from '../check.ts'
import { hasCredentials } from '../credentials.ts'
import type { Examination } from '../examination.ts'

/** Looks at those with credentials, or at all; those that are not configured rightly are skipped lines. */
export function forEachProvider(
  { providers, notRight }: Examination,
  look: (source: SourceSettings) => Promise<Omit<Found, 'subject'>>,
  which: 'credentialled' | 'all' = 'credentialled'
): Promise<Found[]> {
  const chosen = [...providers].filter(([, source]) => !source || which === 'all' || hasCredentials(source))
  return forEach(chosen, async (source, name) => {
    if (!source) throw notRight('providers', name)
    return look(source)
  })
}

/** Why nothing more can be said about a provider. */
export function didNotAnswer(): Skip {
  return new Skip('it did not answer (QB-PROVIDER-ANSWERS)')
}
