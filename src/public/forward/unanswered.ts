// Without `forward`, the maker must learn at once why the automation fails: the log says which paths nobody answers.
import type { FastifyBaseLogger } from 'fastify'
import { createCountedWarnings } from '../../http/counted-warnings.ts'

const PATH_LENGTH_MAX = 200
const MESSAGE =
  'nobody answers this path: set forward: in the configuration, or let a proxy in front send only v1/quota-info here'

/** Takes note of a path that nobody answers; writes the first call at once, and how many more there were each minute. */
export function createUnanswered(log: FastifyBaseLogger): (path: string) => void {
  const of = (path: string) => ({ kind: path, fields: { path }, message: MESSAGE })
  const warn = createCountedWarnings(log, of('other paths'))
  return path => warn(of(path.slice(0, PATH_LENGTH_MAX)))
}
