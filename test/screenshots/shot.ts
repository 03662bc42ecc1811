// One picture of a page for the documentation.
import type { Browser, Page } from 'playwright-core'
import type { Test } from 'tap'

/** What a stage of a test needs, and a script has too. */
export type Stage = Pick<Test, 'teardown' | 'testdir'>

export interface Shot {
  /** Of the file in docs/images, without its ending. */
  name: string
  width: number
  height: number
  /** Brings a new page to what is to be seen. */
  take(page: Page, stage: Stage, browser: Browser): Promise<void>
}
