// The two ways to the page, and what a person may do who comes by either.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { portalFields, SITE, startConnectBridge } from '../../helpers/connect.ts'

t.test('by the button on the quota screen a site that has no connection is connected, once', async t => {
  const { token, open, send, saved, answerTo, docspace, manage, log } = await startConnectBridge(t)
  const first = await token(SITE, 'de')
  const another = await token()
  const page = await open({ token: first })
  t.equal(page.status, 200)
  t.equal(page.headers.get('content-language'), 'de', "the button's language, not the browser's")
  const text = await page.text()
  t.match(text, '<h1>ONLYOFFICE DocSpace verbinden</h1>')
  t.match(text, '<label for="field-url">Adresse des Portals</label>')
  t.match(text, /<input type="password" autocomplete="off" id="field-apiKey" name="field.apiKey"/)
  t.match(
    text,
    /id="field-apiKey-hint">.* <a href="https:\/\/api\.onlyoffice\.com[^"]*" target="_blank" rel="noopener noreferrer">Wo man das findet<\/a>/
  )
  t.notMatch(text, /<script|<details/)

  const answer = await send({ token: first, ...portalFields(docspace.url, ` ${docspace.portal.keys.owner} `) })
  t.equal(answer.status, 200)
  const done = await answer.text()
  t.match(done, '<h1>ONLYOFFICE DocSpace ist verbunden</h1>')
  t.match(
    done,
    /Gefundener Tarif: Business.*<dt>Räume<\/dt><dd dir="ltr">\d+<\/dd><dt>Admins<\/dt><dd dir="ltr">4 \/ 5<\/dd>/s
  )
  t.notMatch(done, docspace.portal.keys.owner)
  t.match(await saved(), { instanceId: SITE, health: 'ok', connection: { url: docspace.url } })
  t.match(await answerTo(), {
    plans: [{ name: 'Business' }],
    quotas: [{ featureName: 'Rooms' }, { featureName: 'Admins' }]
  })
  t.match(await (await manage('GET', 'v1/audit')).json(), {
    entries: [{ actor: 'quota-screen', action: 'connection.created', instanceId: SITE }]
  })

  const again = await send({ token: first, ...portalFields(docspace.url, docspace.portal.keys.admin) })
  t.equal(again.status, 404, 'a token is of one use')
  t.match(await again.text(), '<h1>This link no longer works</h1>')
  t.equal((await open({ token: first })).status, 404)
  const working = await open({ token: another })
  t.equal(working.status, 403, 'what works is changed by the owner alone')
  t.match(await working.text(), '<h1>Only the site&#39;s owner can change this</h1>')
  t.equal((await send({ token: another, ...portalFields(docspace.url, docspace.portal.keys.admin) })).status, 403)
  t.match(await saved(), { connection: { apiKey: `…${docspace.portal.keys.owner.slice(-4)}` } })
  for (const each of [first, another]) t.notMatch(log.join(''), each)
})

t.test('from there a connection that fails is repaired with the same account, and never with another', async t => {
  const { token, open, send, saved, connect, docspace, manage } = await startConnectBridge(t)
  const later = await token()
  await connect(SITE, { url: docspace.url, apiKey: 'sk-fake-unknown-key-of-nobody' })
  t.equal((await open({ token: later })).status, 403, 'nobody has looked yet whether it works')
  await manage('POST', `v1/connections/sites/${SITE}/check`)
  const page = await (await open({ token: later })).text()
  t.match(page, `Connected now: ${docspace.url}`)
  t.match(page, /The present connection doesn&#39;t work\. The credentials aren&#39;t accepted/)
  t.match(page, `value="${docspace.url}"`)
  t.notMatch(page, /sk-fake|<details/)

  const elsewhere = docspace.url.replace('127.0.0.1', 'localhost')
  const other = await send({ token: later, ...portalFields(elsewhere, docspace.portal.keys.owner) })
  t.equal(other.status, 422, 'a host that is not allowed')
  const disconnecting = await send({ token: later, do: 'disconnect' })
  t.equal(disconnecting.status, 403)
  const replaced = await send({
    token: later,
    ...portalFields(`${docspace.url}/`, docspace.portal.keys.owner),
    replace: 'yes'
  })
  t.equal(replaced.status, 200)
  t.match(await saved(), { health: 'ok' })
})

t.test("another account takes nothing's place from the quota screen, whatever is ticked", async t => {
  const { token, send, saved, connect, docspace, manage } = await startConnectBridge(t, {
    sites: { allowedHosts: ['127.0.0.1', 'localhost'] }
  })
  const later = await token()
  await connect(SITE, { url: docspace.url, apiKey: 'sk-fake-unknown-key-of-nobody' })
  await manage('POST', `v1/connections/sites/${SITE}/check`)
  const elsewhere = docspace.url.replace('127.0.0.1', 'localhost')
  const answer = await send({ token: later, ...portalFields(elsewhere, docspace.portal.keys.owner), replace: 'yes' })
  t.equal(answer.status, 403)
  t.match(await saved(), { connection: { url: docspace.url }, health: 'failing' })
})

t.test('from the Wix dashboard the owner connects, repairs, replaces after being asked, and disconnects', async t => {
  const { instance, open, send, saved, docspace, manage, answerTo } = await startConnectBridge(t, {
    sites: { allowedHosts: ['127.0.0.1', 'localhost'] }
  })
  const owner = { instance: instance({ instanceId: SITE.toUpperCase() }), locale: 'fr' }
  const page = await open(owner)
  t.equal(page.status, 200)
  t.match(await page.text(), '<h1>Connecter ONLYOFFICE DocSpace</h1>')
  t.equal((await send({ ...owner, ...portalFields(docspace.url, docspace.portal.keys.owner) })).status, 200)
  t.match(
    await (await open(owner)).text(),
    /Connecté actuellement\u00a0: http:\/\/127\.0\.0\.1.*<summary>Déconnecter<\/summary>/s
  )
  t.equal(
    (await send({ ...owner, ...portalFields(docspace.url, docspace.portal.keys.user) })).status,
    200,
    'the same account'
  )
  t.match(await saved(), { health: 'limited', finding: 'not-an-admin' })

  const another = docspace.addPortal('startup').keys.owner
  const elsewhere = docspace.url.replace('127.0.0.1', 'localhost')
  const asked = await send({ ...owner, ...portalFields(elsewhere, another) })
  t.equal(asked.status, 409)
  const question = await asked.text()
  t.match(question, /Forfait trouvé\u00a0: Startup/)
  t.match(question, /Ce compte n’est pas celui/)
  t.match(question, '<input type="checkbox" name="replace" value="yes" required> Remplacer la connexion actuelle')
  t.match(question, `value="${elsewhere}"`)
  t.notMatch(question, another, 'the key is not sent back')
  t.match(await saved(), { connection: { url: docspace.url } }, 'nothing was changed')
  t.equal((await send({ ...owner, ...portalFields(elsewhere, another), replace: 'yes' })).status, 200)
  t.match(await saved(), { connection: { url: elsewhere } })
  t.match(await answerTo(), { plans: [{ name: 'Startup' }] })

  const gone = await send({ ...owner, do: 'disconnect' })
  t.equal(gone.status, 200)
  t.match(await gone.text(), '<h1>Le service ONLYOFFICE DocSpace est déconnecté</h1>')
  t.equal(await saved(), undefined)
  t.match(await (await manage('GET', 'v1/audit?limit=1')).json(), {
    entries: [{ actor: 'site-owner', action: 'connection.deleted' }]
  })
  t.equal((await send({ ...owner, do: 'disconnect' })).status, 200, 'once more does no harm')
})

t.test('what a check finds is said in the language of the reader, with what to do about it', async t => {
  const { instance, send, saved, docspace } = await startConnectBridge(t)
  const { keys, narrowKey } = docspace.portal
  const proof = { instance: instance(), locale: 'de' }
  const told = async (apiKey: string, url = docspace.url) => {
    const answer = await send({ ...proof, ...portalFields(url, apiKey) })
    const text = await answer.text()
    t.notMatch(text, apiKey)
    t.equal(answer.status, 422)
    return text
  }
  t.match(await told('sk-fake-unknown-key'), 'Die Zugangsdaten werden nicht angenommen')
  t.match(await told(narrowKey), 'Der Bereich des API-Schlüssels ist zu eng.')
  t.match(await told(keys.guest), 'Das ist der API-Schlüssel eines Gasts')
  t.match(await told(keys.owner, 'http://127.0.0.1:9'), 'ONLYOFFICE DocSpace ist derzeit nicht erreichbar.')
  docspace.fail('html')
  t.match(await told(keys.owner), 'Die Adresse antwortet nicht wie erwartet.')
  docspace.fail('portal-removed')
  t.match(await told(keys.owner), 'Dieses Portal gibt es nicht.')
  docspace.fail(undefined)
  t.equal(await saved(), undefined)
  const limited = await send({ ...proof, ...portalFields(docspace.url, keys['room-admin']) })
  t.equal(limited.status, 200)
  t.match(await limited.text(), 'Mit diesem API-Schlüssel wird nur ein Teil der Zahlen angezeigt.')
})

t.test('older numbers of a connection that is refused by now lead to the page where it is put right', async t => {
  const { answerTo, open, send, connect, docspace, clock, saved } = await startConnectBridge(t, {
    sites: { freshFor: '60s', keepFor: '24h', patience: '4s' }
  })
  const portal = docspace.addPortal('startup')
  await connect(SITE, { url: docspace.url, apiKey: portal.keys.owner })
  t.match(await answerTo(), { plans: [{ name: 'Startup' }], upgradeCta: { label: 'Upgrade' } })
  clock.move(120_000)
  docspace.fail('bad-key')
  const refused = await answerTo(SITE, 'de')
  t.match(refused, { plans: [{ name: 'Startup' }], upgradeCta: { label: 'ONLYOFFICE DocSpace verbinden' } })
  docspace.fail(undefined)
  const token = new URL(refused?.upgradeCta?.url ?? 'http://none').searchParams.get('token') ?? ''
  while ((await saved()).health !== 'failing') await answerTo()
  t.equal((await open({ token })).status, 200)
  t.equal((await send({ token, ...portalFields(docspace.url, portal.keys.admin) })).status, 200)
  clock.move(120_000)
  t.match(await answerTo(), { plans: [{ name: 'Startup' }], upgradeCta: { label: 'Upgrade' } })
})

t.test('a plan that cannot be told just now is left out of what is said of a connection that works', async t => {
  const { instance, send, docspace } = await startConnectBridge(t)
  docspace.delayMs = 100
  const sent = send({ instance: instance(), ...portalFields(docspace.url, docspace.portal.keys.owner) })
  while (docspace.calls.length < 2) await sleep(5)
  docspace.fail('status-503', 'quota')
  const answer = await sent
  t.equal(answer.status, 200)
  const page = await answer.text()
  t.match(page, '<h1>ONLYOFFICE DocSpace is connected</h1>')
  t.notMatch(page, /Plan found|<dl>/)
})
