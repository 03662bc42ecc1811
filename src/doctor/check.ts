// What a check is: one thing that is looked at, under a code that never changes.
import { StoreError, storeTroubles } from '../store/store-error.ts'
import type { Examination } from './examination.ts'
import type { Line } from './result.ts'

/** In the order in which they are shown. */
export const GROUPS = ['Configuration', 'Wix', 'Store', 'Providers', 'Actions', 'Ways', 'Answer'] as const
export type Group = (typeof GROUPS)[number]

/** A line as a check gives it; the rest is known of the check. */
export type Found = Omit<Line, 'code' | 'group' | 'place'> & {
  /** Keys from the top of the configuration inwards. */
  place?: readonly string[]
}

export interface Check {
  /** `QB-…`; it never changes. */
  code: string
  group: Group
  /** What is looked at, as docs/doctor.md tells it. */
  looksAt: string
  /** When it warns; absent when it never does. */
  warnsWhen?: string
  /** When it fails; absent when it never does. */
  failsWhen?: string
  /** Whether it asks nobody: neither network nor store. */
  offline?: true
  /** Looks; a thrown Skip is a skipped line, and any other error a failed one. */
  run(examination: Examination): Promise<Found[]>
}

/** What a check depends on is not there. The message completes "skipped, because …". */
export class Skip extends Error {
  override readonly name = 'Skip'
}

/** Nobody looked. */
export function skipped({ message }: Skip): Found {
  return { status: 'skipped', found: `skipped, because ${message}` }
}

/** One line for each subject, all looked at together; one that must be skipped, or throws, does not take the others along. */
export async function forEach<Subject>(
  subjects: Iterable<readonly [name: string, subject: Subject]>,
  look: (subject: Subject, name: string) => Promise<Omit<Found, 'subject'>>
): Promise<Found[]> {
  return Promise.all(
    [...subjects].map(async ([name, subject]): Promise<Found> => {
      try {
        return { subject: name, ...(await look(subject, name)) }
      } catch (error) {
        return { ...(error instanceof Skip ? skipped(error) : broken(error)), subject: name }
      }
    })
  )
}

/** A check that could not do its work: the database failed meanwhile, or we did. */
export function broken(error: unknown): Found {
  if (error instanceof StoreError) {
    const [message, remedy] = storeTroubles[error.trouble]
    return { status: 'failed', found: `${message}: ${error.message}`, remedy }
  }
  const reason = error instanceof Error ? error.message : String(error)
  return {
    status: 'failed',
    found: `the check itself failed: ${reason}`,
    remedy: 'Report it, with a support file.'
  }
}
