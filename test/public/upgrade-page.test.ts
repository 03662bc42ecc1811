// An upgrade link that leads nowhere, as a person's browser meets it: a page in their language that says what to do.
import t, { type Test } from 'tap'
import { labelMistakes } from '../../src/config/labels.ts'
import { pageHeaders } from '../../src/pages/page.ts'
import { LANGUAGES } from '../../src/presentation/catalogues.ts'
import { isRightToLeft } from '../../src/presentation/isolates.ts'
import { wordsOf } from '../../src/presentation/words.ts'
import { type BridgeOptions, bodyOf, errorOf } from '../helpers/bridge.ts'
import { movableClock } from '../helpers/clock.ts'
import { startManagedBridge } from '../helpers/manage.ts'
import { sendRaw } from '../helpers/raw-socket.ts'

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'
const HOUR = 3_600_000
const SITE = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'

async function start(t: Test, options: BridgeOptions = {}) {
  const clock = movableClock()
  const bridge = await startManagedBridge(t, {
    now: clock.now,
    server: { publicUrl: 'https://quota.example.com' },
    ...options
  })
  const open = (token: string, headers: Record<string, string> = {}) =>
    bridge.get('public', `v1/upgrade/${token}`, { headers: { accept: BROWSER, ...headers }, redirect: 'manual' })
  return {
    ...bridge,
    clock,
    open,
    /** The token of the link that a site's upgrade button leads to. */
    async tokenFor(action = 'site-room') {
      const answer = await bodyOf(await bridge.ask(SITE, action))
      return new URL(answer.actionQuotaInfo.quotaInfo[0]?.upgradeCta?.url ?? 'http://none').pathname.split('/').at(-1)
    }
  }
}

t.test('whoever opens a link that is not ours reads, in each of the languages, what to do', async t => {
  const { open } = await start(t)
  for (const language of LANGUAGES) {
    const answer = await open('nonsense', { 'accept-language': language })
    const page = await answer.text()
    t.equal(answer.status, 404)
    t.equal(answer.headers.get('content-language'), language)
    t.match(page, `<html lang="${language}" dir="${isRightToLeft(language) ? 'rtl' : 'ltr'}">`)
    t.match(page, `<h1>${wordsOf(language).say('page.link-ended.title')}</h1>`)
    t.match(page, `<p>${wordsOf(language).say('page.link-ended.text')}</p>`)
    t.notMatch(page, /<a |<script/)
  }
})

t.test('the page runs, fetches and reveals nothing', async t => {
  const { open } = await start(t)
  const answer = await open('nonsense')
  for (const [name, value] of Object.entries(pageHeaders)) t.equal(answer.headers.get(name), value, name)
})

t.test("the reader's languages are matched like those of any answer, the configured one when none fits", async t => {
  const { open } = await start(t, { presentation: { language: 'fr' } })
  const read = async (accepted: string) =>
    (await open('nonsense', { 'accept-language': accepted })).headers.get('content-language')
  t.equal(await read('de-AT,de;q=0.9,en;q=0.8'), 'de')
  t.equal(await read('en;q=0.2, zh-TW;q=0.9'), 'zh-Hant')
  t.equal(await read('tlh, pt;q=0.5'), 'pt-BR')
  for (const none of ['tlh', '*', '', 'de;q=0', ';;;,,,', 'a'.repeat(4000), `${'x-y,'.repeat(2000)}de`])
    t.equal(await read(none), 'fr', none.slice(0, 20))
})

t.test('whoever asks for JSON gets JSON, and whoever says nothing is taken for a person', async t => {
  const { open, service } = await start(t)
  for (const accept of ['application/json', 'application/json, text/plain, */*', 'text/html;q=0.5, application/json'])
    t.match(await errorOf(await open('nonsense', { accept })), {
      status: 404,
      code: 'UPGRADE_NOT_FOUND',
      wellFormed: true
    })
  for (const accept of ['*/*', '', 'text/*', 'image/png', 'application/json;q=0.5, */*', ';;;,,,'])
    t.equal((await open('nonsense', { accept })).headers.get('content-type'), 'text/html; charset=utf-8', accept)
  const nothingSaid = await sendRaw(
    service.publicUrl,
    'GET /v1/upgrade/nonsense HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'
  )
  t.match(nothingSaid, /^HTTP\/1\.1 404 .*<!doctype html>/s)
  const head = await fetch(`${service.publicUrl}v1/upgrade/nonsense`, { method: 'HEAD' })
  t.equal(head.status, 404)
  t.equal(await head.text(), '')
})

t.test("a link of ours that has ended leads on to the provider's page, and notes nothing", async t => {
  const { open, tokenFor, connect, docspace, clock, ask } = await start(t, {
    sites: { freshFor: '60s', keepFor: '24h' }
  })
  const portal = docspace.addPortal('startup')
  await connect(SITE, { url: docspace.url, apiKey: portal.keys.owner })
  const token = (await tokenFor()) ?? ''
  const place = `${docspace.url}/portal-settings/payments/portal-payments`
  clock.move(25 * HOUR)
  const answer = await open(token, { 'accept-language': 'de' })
  t.equal(answer.status, 404)
  const page = await answer.text()
  t.match(page, '<h1>Dieser Link funktioniert nicht mehr</h1>')
  t.match(page, `<a class="button" href="${place}" rel="noreferrer">Upgraden</a>`)
  const { status, code, data } = await errorOf(await open(token, { accept: 'application/json' }))
  t.strictSame({ status, code, data }, { status: 404, code: 'UPGRADE_NOT_FOUND', data: { upgradeUrl: place } })

  docspace.calls.length = 0
  await ask(SITE)
  t.ok(docspace.calls.length > 0)
  t.notOk(
    docspace.calls.some(({ refresh }) => refresh),
    'the plan is not taken for one that may change'
  )

  const altered = token.replace(/\.[^.]+\./, `.${Buffer.from('{"provider":"sites"}').toString('base64url')}.`)
  t.notMatch(await (await open(altered)).text(), /<a /, 'nothing that we did not sign leads anywhere')
})

t.test('while nobody can say where a link leads, the page says when to try again', async t => {
  const { open, tokenFor, connect, docspace, clock, storeUrl } = await start(t)
  await connect(SITE, { url: docspace.url, apiKey: docspace.portal.keys.owner })
  const token = (await tokenFor()) ?? ''
  await connect(SITE, { url: docspace.url, apiKey: docspace.portal.keys.owner })
  const { rmSync } = await import('node:fs')
  rmSync(storeUrl.slice('file:'.length))
  const answer = await open(token, { 'accept-language': 'ja' })
  t.equal(answer.status, 503)
  t.match(answer.headers.get('retry-after'), /^\d+$/)
  t.match(await answer.text(), /<html lang="ja".*<h1>現在、このページを開けません<\/h1>/s)
  t.match(await errorOf(await open(token, { accept: 'application/json' })), { status: 503, code: 'QUOTA_UNAVAILABLE' })
  clock.move(25 * HOUR)
  const ended = await open(token)
  t.equal(ended.status, 404, 'a link that has ended has ended all the same')
  t.notMatch(await ended.text(), /<a /)
})

t.test("the words of pages are no action's to choose", async t => {
  const action = { provider: 'docspace', features: ['room'], isFeature: (key: string) => key === 'room' }
  const [mistake] = labelMistakes({ en: { 'page.link-ended.title': 'Gone' } }, action)
  t.match(mistake?.message, /^is page\.link-ended\.title, which is not a feature of docspace and not a message/)
  t.notMatch(mistake?.message, /(known here|did you mean).*page\./)
})
