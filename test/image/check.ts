// docker/build-check: builds the image, and holds what it is and what it does against what is promised. Ends with 1 where something fails.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { behaviourChecks } from './behaviour.ts'
import { contentChecks } from './contents.ts'
import { chooseEngine, type Engine } from './engine.ts'
import { CONTAINER, IMAGE } from './image.ts'

/** Of what is told of a failure. */
const LINES_MAX = 20

/** Where a container's mounts may lie: Docker for other systems shares this folder, not the system's one for temporary files. */
const folder = mkdtempSync(join(process.cwd(), '.image-check-'))
try {
  const chosen = chooseEngine()
  if ('reason' in chosen) process.stdout.write(`The image was not built: ${chosen.reason}.\n`)
  else {
    const { engine } = chosen
    try {
      process.exitCode = (await checkAll(engine)) ? 0 : 1
    } finally {
      engine.tell('rm', '--force', '--volumes', CONTAINER)
      engine.tell('volume', 'rm', CONTAINER)
      engine.close()
    }
  }
} finally {
  rmSync(folder, { recursive: true })
}

/** Whether all hold. */
async function checkAll(engine: Engine): Promise<boolean> {
  const started = performance.now()
  engine.ask('build', ...engine.buildArgs, '--tag', IMAGE, '.')
  const seconds = Math.round((performance.now() - started) / 1000)
  process.stdout.write(`Built in ${seconds} s by ${engine.name}:\n`)
  const counts = { passed: 0, failed: 0 }
  for (const { name, hold } of [...contentChecks, ...behaviourChecks]) {
    try {
      const figures = await hold(engine, folder)
      process.stdout.write(`  ✓ ${name}${figures === undefined ? '' : `: ${figures}`}\n`)
      counts.passed++
    } catch (error) {
      const told = (error instanceof Error ? error.message : String(error)).split('\n').slice(0, LINES_MAX)
      process.stdout.write(`  ✗ ${name}: ${told.join('\n    ')}\n`)
      counts.failed++
    }
  }
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed\n`)
  return counts.failed === 0
}
