// The same tests over both engines: SQLite in a file, and a real PostgreSQL.
import t, { type Test } from 'tap'
import { type RunningPostgres, startPostgres } from './postgres.ts'

export interface TestEngine {
  name: 'SQLite' | 'PostgreSQL'
  /** The URL of an empty database of the test's own; a test's folder is emptied each time. */
  newUrl(t: Pick<Test, 'testdir'>): Promise<string>
}

/** Calls `suite` for each engine. */
export function onEachEngine(suite: (engine: TestEngine) => void): void {
  let postgres: RunningPostgres | undefined
  t.before(async () => {
    postgres = await startPostgres(t)
  })
  suite({ name: 'SQLite', newUrl: async t => `file:${t.testdir()}/data/quota-bridge.db` })
  suite({ name: 'PostgreSQL', newUrl: async () => (await postgres?.newDatabase()) ?? '' })
}
