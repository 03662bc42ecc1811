// The whole way in a real browser: from Wix's signed call through the button and the form to the right numbers.
import { createServer } from 'node:http'
import type { Browser } from 'playwright-core'
import t, { type Test } from 'tap'
import { browserTest, seriousFindings } from '../../helpers/browser.ts'
import { SITE, startConnectBridge } from '../../helpers/connect.ts'
import { freePort } from '../../helpers/free-port.ts'

const LANGUAGES = ['en', 'de', 'ar']

/** A service whose publicUrl is where it is, so that its button can be followed. */
async function start(t: Test) {
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  return { publicUrl, ...(await startConnectBridge(t, { server: { port, publicUrl } })) }
}

/** A page of a person's own, which is closed before the service, so that no socket of theirs is waited for. */
async function opened(t: Test, browser: Browser, options: Parameters<Browser['newContext']>[0] = {}) {
  const context = await browser.newContext({ viewport: { width: 320, height: 720 }, ...options })
  t.teardown(() => context.close())
  const page = await context.newPage()
  const asked: string[] = []
  page.on('request', request => asked.push(request.url()))
  return { page, asked }
}

for (const javaScriptEnabled of [true, false])
  browserTest(
    t,
    `from the quota screen to the numbers, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`,
    async (t, browser) => {
      const { answerTo, docspace, publicUrl } = await start(t)
      const before = await answerTo(SITE, 'de')
      t.match(before, { quotas: [{ featureName: 'Räume', currentUsage: '0', limit: '0' }, {}] })
      const { url = '', label } = before?.upgradeCta ?? {}
      t.equal(label, 'ONLYOFFICE DocSpace verbinden')
      t.ok(url.startsWith(`${publicUrl}/connect?token=`))

      const { page, asked } = await opened(t, browser, { javaScriptEnabled })
      await page.goto(url)
      await page.getByLabel('Adresse des Portals').fill(docspace.url)
      await page.getByLabel('API-Schlüssel').fill('sk-fake-unknown-key')
      await page.getByRole('button', { name: 'Prüfen und speichern' }).click()
      await page.getByRole('alert').filter({ hasText: 'Die Zugangsdaten werden nicht angenommen' }).waitFor()
      t.equal(page.url(), `${publicUrl}/connect`, 'the token stands in no address any more')
      t.equal(await page.getByLabel('Adresse des Portals').inputValue(), docspace.url)
      t.equal(await page.getByLabel('API-Schlüssel').inputValue(), '')
      await page.getByLabel('API-Schlüssel').fill(docspace.portal.keys.owner)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'ONLYOFFICE DocSpace ist verbunden' }).waitFor()
      t.match(await page.locator('main').innerText(), /Gefundener Tarif: Business/)
      t.notMatch(await page.content(), docspace.portal.keys.owner)
      t.match(await answerTo(SITE, 'de'), {
        plans: [{ name: 'Business' }],
        quotas: [{ featureName: 'Räume' }, { featureName: 'Admins', currentUsage: '4', limit: '5' }]
      })
      t.ok(
        asked.every(each => each.startsWith(`${publicUrl}/connect`) || each.startsWith('data:')),
        'nothing else is asked'
      )
    }
  )

browserTest(
  t,
  "in a frame of the Wix dashboard the owner connects, replaces and disconnects, and in nobody else's frame",
  async (t, browser) => {
    const port = await freePort()
    const dashboard = createServer((request, response) => {
      const src = new URL(request.url ?? '', 'http://dashboard').searchParams.get('src') ?? ''
      response.setHeader('content-type', 'text/html')
      response.end(
        `<!doctype html><title>D</title><iframe src="${src.replaceAll('&', '&amp;')}" width="600" height="900"></iframe>`
      )
    }).listen(0, '127.0.0.1')
    t.teardown(() => dashboard.close())
    await new Promise(resolve => dashboard.once('listening', resolve))
    const address = dashboard.address()
    const at = typeof address === 'object' && address ? address.port : 0
    const publicUrl = `http://127.0.0.1:${port}`
    const { instance, saved, docspace, manage } = await startConnectBridge(t, {
      server: { port, publicUrl },
      connect: { page: true, frameAncestors: [`http://localhost:${at}`] }
    })
    const src = `${publicUrl}/connect?${new URLSearchParams({ instance: instance(), locale: 'en' })}`
    const { page } = await opened(t, browser, { viewport: { width: 800, height: 1000 } })
    await page.goto(`http://localhost:${at}/?src=${encodeURIComponent(src)}`)
    const frame = page.frameLocator('iframe')
    await frame.getByLabel('Portal address').fill(docspace.url)
    await frame.getByLabel('API key').fill(docspace.portal.keys.owner)
    await frame.getByRole('button', { name: 'Check and save' }).click()
    await frame.getByRole('heading', { name: 'ONLYOFFICE DocSpace is connected' }).waitFor()

    await manage('PUT', `v1/connections/sites/${SITE}?check=false`, {
      url: 'https://acme.onlyoffice.com',
      apiKey: 'sk-fake-key'
    })
    await page.goto(`http://localhost:${at}/?src=${encodeURIComponent(src)}`)
    await frame.getByLabel('Portal address').fill(docspace.url)
    await frame.getByLabel('API key').fill(docspace.portal.keys.owner)
    await frame.getByRole('button', { name: 'Check and save' }).click()
    await frame.getByLabel('Replace the present connection').check()
    t.match(await saved(), { connection: { url: 'https://acme.onlyoffice.com' } }, 'it asks first')
    await frame.getByLabel('API key').fill(docspace.portal.keys.owner)
    await frame.getByRole('button', { name: 'Check and save' }).click()
    await frame.getByRole('heading', { name: 'ONLYOFFICE DocSpace is connected' }).waitFor()
    t.match(await saved(), { connection: { url: docspace.url } })

    await page.goto(`http://localhost:${at}/?src=${encodeURIComponent(src)}`)
    await frame.getByText('Disconnect', { exact: true }).first().click()
    await frame.getByRole('button', { name: 'Disconnect' }).click()
    await frame.getByRole('heading', { name: 'ONLYOFFICE DocSpace is disconnected' }).waitFor()
    t.equal(await saved(), undefined)

    await page.goto(`http://127.0.0.1:${at}/?src=${encodeURIComponent(src)}`)
    t.equal(await frame.getByLabel('Portal address').count(), 0, 'another origin may not show it')
  }
)

browserTest(
  t,
  'axe finds nothing serious on any page in three languages, and nothing stands out of a small screen',
  async (t, browser) => {
    const { instance, token, clock, docspace, publicUrl, manage, get, wix } = await start(t)
    const seconds = Math.floor(clock.now() / 1000)
    const ORIGIN = '0b1c2d3e-0000-4000-8000-000000000001'
    const COPY = '0b1c2d3e-0000-4000-8000-000000000002'
    const installed = {
      eventType: 'AppInstalled',
      instanceId: COPY,
      data: JSON.stringify({ originInstanceId: ORIGIN })
    }
    await get('public', 'v1/app-events', {
      method: 'POST',
      body: await wix.sign({ data: JSON.stringify(installed), iat: seconds, exp: seconds + 3600 })
    })
    const portal = { url: docspace.url, apiKey: docspace.portal.keys.owner }
    await manage('PUT', `v1/connections/sites/${ORIGIN}`, portal)

    for (const locale of LANGUAGES) {
      const { page } = await opened(t, browser)
      const look = async (name: string) => {
        const language = await page.getAttribute('html', 'lang')
        t.equal(language, locale, `${name} is in ${locale}`)
        t.equal(await page.getAttribute('html', 'dir'), locale === 'ar' ? 'rtl' : 'ltr')
        for (const colorScheme of locale === 'en' ? (['light', 'dark'] as const) : (['light'] as const)) {
          await page.emulateMedia({ colorScheme })
          t.strictSame(await seriousFindings(page), [], `${name} in ${locale}, ${colorScheme}`)
        }
        t.equal(
          await page.evaluate('document.documentElement.scrollWidth'),
          320,
          `${name} in ${locale} is not too wide`
        )
      }
      const open = (query: Record<string, string>) =>
        page.goto(`${publicUrl}/connect?${new URLSearchParams({ locale, ...query })}`)
      const fill = async (url: string, apiKey: string) => {
        await page.locator('#field-url').fill(url)
        await page.locator('#field-apiKey').fill(apiKey)
        await page.locator('form:has(#field-url) button').click()
        await page.waitForLoadState()
      }
      const site = `site-of-${locale}`
      const proof = { instance: instance({ instanceId: site }) }
      await open(proof)
      await look('the form')
      await fill('https://evil.example', 'x')
      await look('a wrong field')
      await fill(docspace.url, 'sk-fake-unknown-key')
      await look('a finding')
      await fill(docspace.url, docspace.portal.keys['room-admin'])
      await look('what was saved, with a finding')
      await open(proof)
      await page.locator('summary').click()
      await look('the form of a connected site')
      await page.locator('details button').click()
      await page.waitForLoadState()
      await look('what was disconnected')
      await manage('PUT', `v1/connections/sites/${site}?check=false`, {
        url: 'https://acme.onlyoffice.com',
        apiKey: 'sk-fake-key'
      })
      await open(proof)
      await fill(docspace.url, docspace.portal.keys.owner)
      await look('the question')
      await open({ instance: instance({ instanceId: COPY }) })
      await look('the offer to a copy')

      const { page: refused } = await opened(t, browser, { locale })
      await refused.goto(`${publicUrl}/connect?token=x`)
      t.strictSame(await seriousFindings(refused), [], `a refusal in ${locale}`)
      t.equal(await refused.getAttribute('html', 'lang'), locale)
      const text = await token(`new-${locale}`, locale)
      await refused.goto(`${publicUrl}/connect?token=${text}`)
      t.strictSame(await seriousFindings(refused), [], `the form by the button in ${locale}`)
    }
  }
)
