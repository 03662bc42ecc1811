// Preview, connections and audit in a real browser: what a person sees, types and hears.
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { SignInLink } from '../../src/management/sign-in.ts'
import { SAMPLE_STATES } from '../../src/preview/states.ts'
import { Value } from '../../src/schema.ts'
import { MANAGEMENT_TOKEN, startBridge } from '../helpers/bridge.ts'
import { browserTest, seriousFindings } from '../helpers/browser.ts'
import { type ManagedBridge, startManagedBridge } from '../helpers/manage.ts'

const SITES = ['8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11', '9d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a12']
const EVIL = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`

async function start(t: Test): Promise<ManagedBridge> {
  const bridge = await startManagedBridge(t, {
    connectUrl: 'https://app.example.com/connect',
    docspace: { freshFor: '60s', keepFor: '24h' },
    newsletter: { plan: { en: EVIL }, quota: { en: EVIL } }
  })
  const { keys } = bridge.docspace.portal
  for (const [index, apiKey] of [keys.owner, keys.user].entries())
    await bridge.manage('PUT', `v1/connections/sites/${SITES[index]}`, { url: bridge.docspace.url, apiKey })
  return bridge
}

interface Visit {
  t: Test
  page: Page
  bridge: ManagedBridge
}

let started: Promise<ManagedBridge> | undefined

/** A service that all visits may share which change nothing. */
function shared(): Promise<ManagedBridge> {
  started ??= start(t)
  return started
}

/** A person's visit, in a browser of their own, in which nothing may go wrong; to a service of its own where it changes something. */
function visit(
  name: string,
  work: (visit: Visit) => Promise<unknown>,
  { changes = false, ...options }: BrowserContextOptions & { changes?: boolean } = {}
): void {
  browserTest(t, name, async (t, browser: Browser) => {
    const bridge = await (changes ? start(t) : shared())
    const context = await browser.newContext({ locale: 'en', ...options })
    const page = await context.newPage()
    page.setDefaultTimeout(20_000)
    const wrong: string[] = []
    page.on('pageerror', error => wrong.push(error.message))
    page.on('console', message => {
      // What the API refuses, or a test lets fail, is an error to the browser's console, and no fault.
      if (message.type() === 'error' && !message.text().includes('Failed to load resource')) wrong.push(message.text())
    })
    try {
      await work({ t, page, bridge })
      t.strictSame(wrong, [], 'nothing went wrong in the browser')
    } finally {
      await context.close()
    }
  })
}

async function makeLink({ manage }: ManagedBridge): Promise<string> {
  return Value.Parse(SignInLink, await (await manage('POST', 'v1/sign-in-links')).json()).code
}

async function openByLink(bridge: ManagedBridge, page: Page, path = 'preview'): Promise<void> {
  await page.goto(`${bridge.service.managementUrl}${path}#${await makeLink(bridge)}`)
  await page.locator('#signed-in').waitFor()
}

const modal = (page: Page) => page.locator('.modal')
const text = (page: Page, selector: string) => page.locator(selector).innerText()

async function choose(page: Page, chosen: Record<string, string>): Promise<void> {
  for (const [field, value] of Object.entries(chosen)) await page.selectOption(`#${field}`, value)
  await page.locator('#result[aria-busy=false] .modal').waitFor()
}

visit('a link opens the preview once, and leaves nothing of itself behind', async ({ t, page, bridge }) => {
  const code = await makeLink(bridge)
  const asked: string[] = []
  page.on('request', request => asked.push(`${request.url()} ${request.headers().referer ?? ''}`))
  await page.goto(`${bridge.service.managementUrl}preview#${code}`)
  await modal(page).waitFor()
  t.equal(page.url(), `${bridge.service.managementUrl}preview`)
  t.notOk(
    asked.some(each => each.includes(code)),
    'no address and no referrer has it'
  )
  t.strictSame(await page.context().cookies(), [])
  t.equal(await page.evaluate('localStorage.length + sessionStorage.length'), 0)
  await page.reload()
  t.equal(await page.locator('#sign-in').isVisible(), true, 'whoever reloads has signed out')
  await page.goto('about:blank')
  await page.goto(`${bridge.service.managementUrl}preview#${code}`)
  await page.getByText('This link was used already').waitFor()
  t.equal(await page.locator('#signed-in').isVisible(), false)
})

visit('a management token opens it too, a wrong one does not, and neither is kept', async ({ t, page, bridge }) => {
  await page.goto(`${bridge.service.managementUrl}connections`)
  await page.getByLabel('Management token').fill('a-wrong-token')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('needs a bearer token').waitFor()
  t.equal(await page.inputValue('#token'), '')
  await page.getByLabel('Management token').fill(MANAGEMENT_TOKEN)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('#connections-list li').nth(1).waitFor()
  t.equal(await text(page, '#problem').catch(() => ''), '')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('Management token').waitFor()
})

visit('every state is shown as the API tells it, in the language that is chosen', async ({ t, page, bridge }) => {
  await openByLink(bridge, page)
  await choose(page, { state: 'fresh' })
  const shown: Record<string, string> = {}
  for (const state of SAMPLE_STATES) {
    await choose(page, { action: state === 'not-connected' ? 'site-room' : 'everything', state })
    shown[state] = await modal(page).innerText()
    t.match(await text(page, '.facts'), /Made-up numbers/)
  }
  t.match(
    shown.fresh,
    /Manage your automations quotas[\s\S]*Your app[\s\S]*Business[\s\S]*Upgrade[\s\S]*Rooms[\s\S]*212[\s\S]*Admins[\s\S]*9 of 10/
  )
  t.match(shown.grace, /Pay now/)
  t.match(shown.expired, /Renew/)
  t.match(shown.trial, /Trial[\s\S]*Choose a plan/)
  t.match(shown['over-limit'], /11 of 10/)
  t.notMatch(shown.unlimited, / of /)
  t.match(shown['not-connected'], /Connect ONLYOFFICE DocSpace[\s\S]*0 of 0/)
  t.match(shown.down, /Wix gets an error instead of numbers\./)
  await choose(page, { state: 'older' })
  t.match(
    await text(page, '.facts'),
    /Older, as nothing newer came in time\n7,200 sec\nHTTP 200\nCache-Status: quota-bridge; hit; .*detail=unavailable/
  )
  await page.selectOption('#language', 'he')
  await page.locator('.modal[lang=he][dir=rtl]').waitFor()
  t.match(await modal(page).innerText(), /חדרים/)
  await choose(page, { action: 'create-room', state: 'live' })
  t.match(
    await text(page, '#result'),
    /Real numbers[\s\S]*GET quota[\s\S]*"msg": "quota told"[\s\S]*"featureName": "חדרים"/
  )
})

visit(
  'a tooltip is there for the pointer and for the keyboard, and Escape takes it away',
  async ({ t, page, bridge }) => {
    await openByLink(bridge, page)
    await choose(page, { action: 'upload-file', state: 'fresh' })
    const tip = page.getByRole('tooltip')
    const icon = page.getByRole('button', { name: 'Storage space (TB): more information' })
    t.equal(await tip.isVisible(), false)
    await icon.hover()
    await tip.getByText('of 2.53 TB used').waitFor()
    await page.mouse.move(0, 0)
    await tip.waitFor({ state: 'hidden' })
    await icon.focus()
    await tip.waitFor()
    t.equal(await page.getByRole('link', { name: 'Manage storage' }).getAttribute('rel'), 'noreferrer')
    t.match(await icon.getAttribute('aria-describedby'), (await tip.getAttribute('id')) ?? 'none')
    await page.keyboard.press('Escape')
    await tip.waitFor({ state: 'hidden' })
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Tab')
    await tip.waitFor()
  }
)

visit('what an upstream or a configuration calls things stays text', async ({ t, page, bridge }) => {
  await openByLink(bridge, page)
  await choose(page, { action: 'send-email', state: 'live' })
  t.match(await modal(page).innerText(), '<img src=x onerror=')
  t.equal(await page.locator('.modal img, .modal script').count(), 0)
  t.equal(await page.title(), 'Quota Bridge')
})

visit(
  'connections are found, checked, told that a plan changed, previewed and deleted, by the keyboard too',
  async ({ t, page, bridge }) => {
    await openByLink(bridge, page, 'connections')
    const rows = page.locator('#connections-list > li')
    await rows.nth(1).waitFor()
    t.match(
      await rows.nth(1).innerText(),
      /sites[\s\S]*9d3f0b52[\s\S]*Works in part[\s\S]*not-an-admin Make the API key as an admin/
    )
    t.notMatch(await page.content(), bridge.docspace.portal.keys.user)
    await page.locator('#connections-site').fill(SITES[0]?.toUpperCase() ?? '')
    await page.keyboard.press('Enter')
    await rows.nth(1).waitFor({ state: 'detached' })
    t.match(await rows.first().innerText(), /8d3f0b52/)

    bridge.docspace.fail('bad-key')
    await rows.first().getByRole('button', { name: 'Check now' }).press('Enter')
    await rows.first().getByText("Doesn't work").waitFor()
    t.match(await rows.first().innerText(), /api-key-rejected/)
    await page.getByRole('status').getByText('Done.').waitFor()
    bridge.docspace.fail(undefined)
    await rows.first().getByRole('button', { name: 'Check now' }).click()
    await rows.first().getByText('Works', { exact: true }).waitFor()
    await rows.first().getByRole('button', { name: 'Refresh' }).click()
    await page
      .getByRole('status')
      .getByText(/^Done\.$/)
      .waitFor()

    await rows.first().getByRole('button', { name: 'Preview' }).click()
    await page.locator('.facts').getByText('Real numbers').waitFor()
    t.match(await modal(page).innerText(), /47/)
    t.equal(await page.inputValue('#site'), SITES[0])
    await page.goBack()
    await rows.first().waitFor()

    const remove = rows.first().getByRole('button', { name: 'Delete' })
    await remove.click()
    await page.getByRole('dialog').getByText(`Delete this connection? (sites, ${SITES[0]})`).waitFor()
    await page.keyboard.press('Escape')
    t.equal((await bridge.manage('GET', `v1/connections/sites/${SITES[0]}`)).status, 200, 'Escape says no')
    await remove.click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await rows.first().waitFor({ state: 'detached' })
    t.equal((await bridge.manage('GET', `v1/connections/sites/${SITES[0]}`)).status, 404)
    await page.getByRole('button', { name: 'Search' }).click()
    await rows.getByText('None').waitFor()

    await page.getByRole('link', { name: 'Audit log' }).click()
    await page.locator('#audit-list li').first().getByText('connection.deleted').waitFor()
    t.equal(page.url(), `${bridge.service.managementUrl}audit`)
    await page.getByRole('link', { name: 'Connections' }).click()
    const shared = page.locator('#connections-shared-list > li').first()
    await shared.getByRole('button', { name: 'Check now' }).click()
    await shared.getByText('Works', { exact: true }).waitFor()
  },
  { changes: true }
)

visit(
  'lists go on by the page',
  async ({ t, page, bridge }) => {
    for (let more = 0; more < 52; more++)
      await bridge.connect(`site-${more}`, { url: 'https://a.onlyoffice.com', apiKey: 'k'.repeat(20) })
    for (const [path, rows] of [
      ['connections', 54],
      ['audit', 54]
    ] as const) {
      await openByLink(bridge, page, path)
      await page.locator(`#${path}-list > li`).nth(49).waitFor()
      await page.locator(`#${path}-more`).click()
      await page
        .locator(`#${path}-list > li`)
        .nth(rows - 1)
        .waitFor()
      t.equal(await page.locator(`#${path}-more`).isVisible(), false)
      await page.goto('about:blank')
    }
  },
  { changes: true }
)

visit(
  'a session that ends, and a service that stops, are told; what was shown goes with the session',
  async ({ t, page, bridge }) => {
    await openByLink(bridge, page, 'connections')
    await page.locator('#connections-list > li').first().waitFor()
    bridge.rewrite({ management: { token: 'another-token-for-tests' } })
    await bridge.manage('POST', 'v1/config/reload')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByLabel('Management token').waitFor()
    t.equal(await page.locator('#connections-list > li').count(), 0)
    await page.getByLabel('Management token').fill('another-token-for-tests')
    await page.keyboard.press('Enter')
    await page.locator('#connections-list > li').first().waitFor()
    await page.route('**/v1/**', route => route.abort())
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('alert').getByText("The service can't be reached.").waitFor()
  },
  { changes: true }
)

visit('without a store there are the connections of the configuration alone', async ({ t, page }) => {
  const { service } = await startBridge(t, { management: { token: MANAGEMENT_TOKEN } })
  await page.goto(`${service.managementUrl}connections`)
  await page.getByLabel('Management token').fill(MANAGEMENT_TOKEN)
  await page.keyboard.press('Enter')
  await page.locator('#connections-shared-list > li').first().getByText('Not checked yet').waitFor()
  t.equal(await page.locator('#connections-form').isVisible(), false)
  await page.getByRole('link', { name: 'Audit log' }).click()
  t.equal(await page.locator('#audit-list > li').count(), 0)
})

for (const [locale, colorScheme, width] of [
  ['en', 'light', 1100],
  ['de', 'dark', 768],
  ['ar', 'dark', 320],
  ['he', 'light', 320]
] as const) {
  visit(
    `nothing serious is found on any page, nor wider than it: ${locale}, ${colorScheme}, ${width} px`,
    async ({ t, page, bridge }) => {
      const look = async (what: string) => {
        t.strictSame(await seriousFindings(page), [], what)
        t.equal(await page.evaluate('document.documentElement.scrollWidth'), width, `${what} is no wider`)
      }
      await page.goto(`${bridge.service.managementUrl}preview`)
      await look('signing in')
      await page.goto('about:blank')
      await openByLink(bridge, page)
      await choose(page, { action: 'upload-file', state: 'grace' })
      await page.locator('.icon').first().focus()
      await look('the preview with its tooltip')
      await choose(page, { state: 'down' })
      await look('an error')
      await page.locator('#to-connections').click()
      await page.locator('#connections-list > li').nth(1).waitFor()
      await look('the connections')
      await page.locator('#connections-list > li').first().locator('button').last().click()
      await page.getByRole('dialog').waitFor()
      await look('the question')
      await page.locator('#confirm-no').click()
      await page.locator('#to-audit').click()
      await page.locator('#audit-list > li').first().waitFor()
      await look('the audit')
    },
    { locale, colorScheme, viewport: { width, height: 800 } }
  )
}
