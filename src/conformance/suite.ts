// The conformance suite: every check, one after the other, each told.
import type { Conformance } from '../providers/conformance.ts'
import type { ProviderAdapter } from '../quota/provider.ts'
import { checks, Inapplicable } from './checks.ts'
import { Nonconformity, type Stage, setStage } from './stage.ts'

export interface Conformed {
  name: string
  /** `skipped`: there was nothing to look at. */
  status: 'ok' | 'failed' | 'skipped'
  /** What is not as it must be, or why nobody looked. */
  why?: string
}

/** Tests an adapter with what it brings along; `folder` is where it names modules from. */
export async function testConformance(
  adapter: ProviderAdapter,
  conformance: Conformance,
  folder = process.cwd()
): Promise<Conformed[]> {
  const setting = 'settings and connection of conformance are such as the adapter takes'
  const results: Conformed[] = []
  const look = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work()
      results.push({ name, status: 'ok' })
    } catch (error) {
      results.push({ name, ...whyNot(error) })
    }
  }
  const stages: Stage[] = []
  await look(setting, async () => void stages.push(await setStage(adapter, conformance, folder)))
  for (const stage of stages) {
    try {
      // The last looks at all that was said.
      for (const { name, run } of checks) await look(name, () => run(stage))
    } finally {
      stage.close()
    }
  }
  return results
}

function whyNot(error: unknown): Pick<Conformed, 'status' | 'why'> {
  if (error instanceof Inapplicable) return { status: 'skipped', why: error.message }
  if (error instanceof Nonconformity) return { status: 'failed', why: error.message }
  const told = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return { status: 'failed', why: `it throws ${told}` }
}
