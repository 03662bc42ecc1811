// The page on which a site is connected: the form by the button of the quota screen, and what is read when it is done.
import type { Page } from 'playwright-core'
import { SITE, startConnectBridge } from '../helpers/connect.ts'
import { freePort } from '../helpers/free-port.ts'
import type { Shot, Stage } from './shot.ts'

async function openForm(page: Page, stage: Stage) {
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  const bridge = await startConnectBridge(stage, { server: { port, publicUrl } })
  const { upgradeCta } = (await bridge.answerTo(SITE, 'en')) ?? {}
  await page.goto(upgradeCta?.url ?? publicUrl)
  return bridge
}

export const connectShots: Shot[] = [
  {
    name: 'connect',
    width: 640,
    height: 620,
    async take(page, stage) {
      await openForm(page, stage)
      await page.getByLabel('Portal address').fill('https://acme.onlyoffice.com')
    }
  },
  {
    name: 'connected',
    width: 640,
    height: 480,
    async take(page, stage) {
      const { docspace } = await openForm(page, stage)
      await page.getByLabel('Portal address').fill(docspace.url)
      await page.getByLabel('API key').fill(docspace.portal.keys.owner)
      await page.getByRole('button').click()
      await page.getByRole('heading', { name: 'is connected' }).waitFor()
    }
  }
]
