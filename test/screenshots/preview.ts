// The pages of the management listener: what a site owner reads, and the connections.
import type { Page } from 'playwright-core'
import { SignInLink } from '../../src/management/sign-in.ts'
import { Value } from '../../src/schema.ts'
import { startManagedBridge } from '../helpers/manage.ts'
import type { Shot, Stage } from './shot.ts'

async function open(page: Page, stage: Stage, path: string) {
  const bridge = await startManagedBridge(stage, { now: Date.now })
  const { keys } = bridge.docspace.portal
  for (const [site, apiKey] of [
    ['8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11', keys.owner],
    ['9d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a12', keys.user]
  ] as const)
    await bridge.manage('PUT', `v1/connections/sites/${site}`, { url: bridge.docspace.url, apiKey })
  const { code } = Value.Parse(SignInLink, await (await bridge.manage('POST', 'v1/sign-in-links')).json())
  await page.goto(`${bridge.service.managementUrl}${path}#${code}`)
}

export const previewShots: Shot[] = [
  {
    name: 'preview',
    width: 1100,
    height: 780,
    async take(page, stage) {
      await open(page, stage, 'preview')
      await page.locator('.modal').waitFor()
      await page.selectOption('#action', 'everything')
      await page.selectOption('#state', 'grace')
      await page.locator('#result[aria-busy=false]').waitFor()
      await page.locator('.icon').nth(1).hover()
    }
  },
  {
    name: 'connections',
    width: 1100,
    height: 860,
    async take(page, stage) {
      await open(page, stage, 'connections')
      await page.locator('#connections-list > li').nth(1).waitFor()
      await page.locator('#connections-shared-list > li').first().waitFor()
    }
  }
]
