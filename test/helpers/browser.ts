// A real browser for pages, and what judges their accessibility. Where there is none, the tests that need it are left out and counted.
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { Test } from 'tap'
import { keepTally, type Tally } from '../contract/tally.ts'

/** Names that packages give to Chromium. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

function findBrowser(): string | undefined {
  const named = process.env.CHROMIUM
  if (named) return named
  const found = NAMES.map(name => spawnSync('which', [name], { encoding: 'utf8' }).stdout?.trim())
  return found.find(path => path)
}

const executablePath = findBrowser()
const leftOut: Tally[] = []
const id = randomUUID()

/** Why tests in a browser are left out; false where there is a browser. */
export const withoutBrowser =
  executablePath === undefined ? 'no browser: set CHROMIUM, or install chromium so that it is in PATH' : false

/** A test that has a browser of its own file; where there is none, it is left out, which the end of `npm test` tells. */
export function browserTest(t: Test, name: string, work: (t: Test, browser: Browser) => Promise<unknown>): void {
  if (withoutBrowser) {
    leftOut.push({ what: name, kind: 'without-browser', requests: 1, violations: 0 })
    keepTally(`without-browser-${id}`, leftOut)
  }
  void t.test(name, { skip: withoutBrowser, timeout: 120_000 }, async t => work(t, await openBrowser(t)))
}

let opened: Promise<Browser> | undefined
let users = 0

/** Chromium, one for all tests that are under way; it closes when the last of them ends. */
export async function openBrowser(t: Pick<Test, 'teardown'>): Promise<Browser> {
  opened ??= chromium.launch({
    executablePath: executablePath ?? '',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update']
  })
  users++
  t.teardown(async () => {
    users--
    if (users > 0) return
    const browser = await opened
    opened = undefined
    await browser?.close()
  })
  return opened
}

/** What axe-core finds serious or critical on a page, each with where it is. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // Run by the debugger, so that the page's own policy need not admit it.
  await page.evaluate(axe.source)
  const found: string = await page.evaluate(
    `axe.run(document, { preload: false, resultTypes: ['violations'] }).then(({ violations }) => JSON.stringify(
      violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' at ' + target + ': ' + failureSummary))))`
  )
  return JSON.parse(found)
}
