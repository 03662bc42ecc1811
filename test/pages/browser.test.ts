// Pages as a browser draws them, and as who cannot see them has them read.
import t from 'tap'
import { startBridge } from '../helpers/bridge.ts'
import { browserTest, seriousFindings } from '../helpers/browser.ts'

browserTest(t, 'an image that nobody can hear is a serious finding', async (t, browser) => {
  const page = await browser.newPage()
  await page.setContent('<!doctype html><html lang="en"><title>T</title><main><img src="data:,"></main>')
  t.match(await seriousFindings(page), [/^image-alt at img/])
})

browserTest(
  t,
  'the page of a link that has ended can be read by everybody, on a small screen too',
  async (t, browser) => {
    const store = { url: `file:${t.testdir()}/quota-bridge.db` }
    const { service } = await startBridge(t, { store, server: { publicUrl: 'https://quota.example.com' } })
    for (const language of ['en', 'ar', 'ja']) {
      const page = await browser.newPage({ locale: language, viewport: { width: 320, height: 640 } })
      const answer = await page.goto(`${service.publicUrl}/v1/upgrade/none`)
      t.equal(answer?.status(), 404)
      t.equal(await page.getAttribute('html', 'lang'), language)
      t.strictSame(await seriousFindings(page), [], language)
      t.equal(await page.evaluate('document.documentElement.scrollWidth'), 320, 'nothing stands out to the side')
    }
  }
)
