// npm run screenshots: makes the pictures of docs/images anew. `npm run screenshots -- NAME` makes one.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBrowser, withoutBrowser } from '../helpers/browser.ts'
import { connectShots } from './connect.ts'
import { previewShots } from './preview.ts'
import type { Shot, Stage } from './shot.ts'

const FOLDER = 'docs/images'
const shots: Shot[] = [...connectShots, ...previewShots]
const [only] = process.argv.slice(2)

if (withoutBrowser) {
  process.stderr.write(`${withoutBrowser}\n`)
  process.exit(2)
}
mkdirSync(FOLDER, { recursive: true })
for (const shot of shots.filter(({ name }) => only === undefined || name === only)) {
  await using opened = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'quota-bridge-screenshots-'))
  opened.defer(() => rmSync(folder, { recursive: true, force: true }))
  const stage: Stage = {
    teardown: work => void opened.defer(async () => void (await work())),
    testdir: () => folder
  }
  const browser = await openBrowser(stage)
  const context = await browser.newContext({
    viewport: { width: shot.width, height: shot.height },
    colorScheme: 'light',
    locale: 'en'
  })
  const page = await context.newPage()
  await shot.take(page, stage, browser)
  const file = join(FOLDER, `${shot.name}.png`)
  await page.screenshot({ path: file })
  await context.close()
  process.stdout.write(`${file}\n`)
}
