// Without `forward`, the maker must learn at once why the automation fails: the log says which paths nobody answers.
import type { FastifyBaseLogger } from 'fastify'

const EVERY_MS = 60_000
/** Whoever tries out paths must not fill the memory or the log. */
const PATHS_MAX = 100
const PATH_LENGTH_MAX = 200
const OTHER_PATHS = 'other paths'

/** Takes note of a path that nobody answers; writes the first call at once, and how many more there were each minute. */
export function createUnanswered(log: FastifyBaseLogger): (path: string) => void {
  const counts = new Map<string, number>()

  function tell(path: string, calls: number): void {
    log.warn(
      { path, calls },
      'nobody answers this path: set forward: in the configuration, or let a proxy in front send only v1/quota-info here'
    )
  }

  return whole => {
    const cut = whole.slice(0, PATH_LENGTH_MAX)
    const path = counts.has(cut) || counts.size < PATHS_MAX ? cut : OTHER_PATHS
    const count = counts.get(path)
    counts.set(path, (count ?? 0) + 1)
    if (count !== undefined) return
    tell(path, 1)
    counts.set(path, 0)
    const timer = setInterval(() => {
      const calls = counts.get(path) ?? 0
      counts.set(path, 0)
      if (calls > 0) return tell(path, calls)
      clearInterval(timer)
      counts.delete(path)
    }, EVERY_MS)
    timer.unref()
  }
}
