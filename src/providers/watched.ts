// An eye on the calls that adapters make: what each asked, how long it took, and what came of it.
import type { ProviderWatch } from '../observe/provider.ts'
import { ProviderError } from '../quota/provider.ts'
import { GIVEN_UP } from './resilience.ts'

/** A call that we ended ourselves, since it was of no use any more: no finding of the upstream's. */
const GIVEN_UP_FINDING = 'given-up'
/** Through a fault of ours. */
const FAULT_FINDING = 'internal-error'

/** Makes one call, and tells whoever watches how it ended. */
export async function watched<Result>(
  watch: ProviderWatch | undefined,
  { operation, method = 'GET' }: { operation: string; method?: 'GET' | 'POST' },
  work: () => Promise<Result>
): Promise<Result> {
  if (!watch) return work()
  const started = performance.now()
  const tell = (ending: { finding?: string; reason?: string | undefined }) =>
    watch({ kind: 'upstream-called', operation, method, ms: performance.now() - started, ...ending })
  try {
    const result = await work()
    tell({})
    return result
  } catch (error) {
    tell(endingOf(error))
    throw error
  }
}

function endingOf(error: unknown): { finding: string; reason?: string | undefined } {
  if (!(error instanceof ProviderError)) return { finding: FAULT_FINDING }
  const { finding, reason } = error
  return reason === GIVEN_UP ? { finding: GIVEN_UP_FINDING } : { finding, reason }
}
