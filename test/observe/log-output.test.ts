// A service's log lines are written together, soon, and none is lost where the process ends.
import { openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { createLogger } from '../../src/logging.ts'
import { openLogOutput } from '../../src/observe/log-output.ts'
import { run } from '../helpers/process.ts'

t.test('a line is written within a moment, or at once when that is asked for', async t => {
  const file = `${t.testdir()}/log`
  const { stream, flush } = openLogOutput(lines => t.fail(`${lines} dropped`), openSync(file, 'w'))
  const log = createLogger('info', [], stream)
  log.info('waits a moment')
  t.equal(readFileSync(file, 'utf8'), '')
  for (let tries = 0; readFileSync(file, 'utf8') === '' && tries < 100; tries++) await sleep(20)
  t.match(readFileSync(file, 'utf8'), /waits a moment/)
  log.info('now')
  flush()
  t.match(readFileSync(file, 'utf8'), /"now"/)
})

t.test('where nobody takes the lines some are dropped, which is told', async t => {
  let lines = 0
  const count = (dropped: number) => {
    lines += dropped
  }
  const { stream } = openLogOutput(count, openSync(`${t.testdir()}/log`, 'w'))
  // More at once than may wait: nothing is written before the end of this turn.
  const line = `${'x'.repeat(1024 ** 2)}\n`
  for (let index = 0; index < 20; index++) stream.write(line)
  for (let tries = 0; lines === 0 && tries < 100; tries++) await sleep(20)
  t.ok(lines > 0 && lines < 20, `${lines} of 20`)
})

t.test('what was logged before a process ends is written, however it ends', async t => {
  for (const [end, code] of [
    ['process.exit(0)', 0],
    ['throw new Error("nobody catches this")', 1]
  ] as const) {
    const script = `
      import { openLogOutput } from './src/observe/log-output.ts'
      import { createLogger } from './src/logging.ts'
      createLogger('info', [], openLogOutput(() => {}).stream).info('the last line')
      ${end}`
    const program = run(t, '--input-type=module-typescript', ['--eval', script])
    t.equal(await program.ended, code)
    t.match(program.stdout(), /the last line/)
  }
})
