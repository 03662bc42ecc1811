// Who is refused on the page for connecting sites: by a page that says what to do, with nothing saved and nobody's data told.
import { createHmac } from 'node:crypto'
import t, { type Test } from 'tap'
import { createConnectTokens } from '../../../src/providers/connect-tokens.ts'
import { APP_SECRET, portalFields, SITE, startConnectBridge } from '../../helpers/connect.ts'

const OTHER_SITE = '0b1c2d3e-0000-4000-8000-000000000001'

async function start(t: Test) {
  const bridge = await startConnectBridge(t)
  const { docspace, open, send, saved } = bridge
  const good = () => portalFields(docspace.url, docspace.portal.keys.owner)
  return {
    ...bridge,
    good,
    /** Shown and sent alike: the same status, a page in the reader's language, and nothing saved. */
    async refuses(t: Test, name: string, proof: Record<string, string>, status: number, title: string) {
      for (const answer of [
        await open(proof, { 'accept-language': 'ja' }),
        await send({ ...proof, ...good() }, { 'accept-language': 'ja' })
      ]) {
        t.equal(answer.status, status, name)
        const text = await answer.text()
        t.match(text, `<h1>${title}</h1>`, name)
        t.notMatch(text, /eyJ|sk-fake|127\.0\.0\.1|<form/, name)
      }
      t.equal(await saved(), undefined, name)
      t.equal(await saved(OTHER_SITE), undefined, name)
    }
  }
}

const ENDED = 'このリンクは無効になりました'
const UNAVAILABLE = '現在、このページを開けません'

t.test('a token that was not made here, was changed, or has ended', async t => {
  const { token, refuses, clock, wix } = await start(t)
  const text = await token(SITE, 'ja')
  const [head = '', payload = '', signature = ''] = text.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const bent = (change: object) => Buffer.from(JSON.stringify({ ...claims, ...change })).toString('base64url')
  const none = Buffer.from('{"alg":"none"}').toString('base64url')
  const theirs = createConnectTokens({ secret: async () => Buffer.alloc(32, 7), now: clock.now })
  const link = await theirs.linkFor('https://x.example', claims)
  const wrong = {
    empty: '',
    nonsense: '<b>nonsense</b>',
    cut: text.slice(0, -1),
    'of another site': [head, bent({ instanceId: OTHER_SITE }), signature].join('.'),
    'of another provider': [head, bent({ provider: 'docspace' }), signature].join('.'),
    "a maker's": [head, bent({ use: 'maker' }), signature].join('.'),
    'without an algorithm': [none, payload, ''].join('.'),
    'signed by Wix': await wix.sign(claims),
    'under another key': new URL(link).searchParams.get('token') ?? '',
    long: `${text}${'a'.repeat(3000)}`
  }
  for (const [name, proof] of Object.entries(wrong)) await refuses(t, name, { token: proof }, 404, ENDED)
  clock.move(30 * 60_000)
  await refuses(t, 'ended', { token: text }, 404, ENDED)
})

t.test('an instance that Wix did not sign for this app within the last day, or not of an owner', async t => {
  const { instance, refuses, clock } = await start(t)
  const good = instance()
  const [signature = '', data = ''] = good.split('.')
  const told = JSON.parse(Buffer.from(data, 'base64url').toString())
  const bent = Buffer.from(JSON.stringify({ ...told, instanceId: OTHER_SITE })).toString('base64url')
  const jwtOf = (header: object) => {
    const text = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${data}`
    return `${text}.${createHmac('sha256', APP_SECRET).update(text).digest('base64url')}`
  }
  const unparsed = (text: string) => {
    const encoded = Buffer.from(text).toString('base64url')
    return `${createHmac('sha256', APP_SECRET).update(encoded).digest('base64url')}.${encoded}`
  }
  const at = (ms: number) => ({ signDate: new Date(clock.now() + ms).toISOString() })
  const wrong = {
    empty: '',
    'by another secret': instance({}, 'another-secret'),
    'without a signature': `.${data}`,
    'with a short signature': `${signature.slice(0, 20)}.${data}`,
    'of another site': `${signature}.${bent}`,
    'a JWT of no algorithm': jwtOf({ alg: 'none' }),
    'a JWT of the right secret': jwtOf({ alg: 'HS256' }),
    'a day old': instance(at(-86_400_001)),
    'of tomorrow': instance(at(120_000)),
    'of no date': instance({ signDate: 'yesterday' }),
    "of a visitor's": instance({ aid: '6a5d1c0e-0000-4000-8000-0000000000a1' }),
    'of another app': instance({ appDefId: OTHER_SITE }),
    'of no site': instance({ instanceId: undefined }),
    'with a NUL': instance({ instanceId: 'a\0b' }),
    'no JSON': unparsed('{'),
    'no object': unparsed('[]'),
    long: `${signature}.${'A'.repeat(5000)}`
  }
  for (const [name, text] of Object.entries(wrong)) await refuses(t, name, { instance: text }, 401, UNAVAILABLE)
  for (const permissions of [undefined, '', 'MEMBER', 'owner', ['OWNER'], null])
    await refuses(
      t,
      String(permissions),
      { instance: instance({ permissions }) },
      403,
      '変更できるのはサイトの所有者だけです'
    )
  await refuses(t, 'nothing at all', {}, 401, UNAVAILABLE)
})

t.test('an instance is checked again on save: it may have ended while the form was filled in', async t => {
  const { instance, open, send, good, clock, saved } = await start(t)
  const proof = { instance: instance() }
  t.equal((await open(proof)).status, 200)
  clock.move(86_400_001)
  t.equal((await send({ ...proof, ...good() })).status, 401)
  t.equal(await saved(), undefined)
})

t.test('a provider that is not there, or has one connection for all sites', async t => {
  const { instance, refuses } = await start(t)
  for (const provider of ['docspace', 'newsletter', 'nobody', '__proto__', '', 'a\0b'])
    await refuses(t, provider, { instance: instance(), provider }, 404, UNAVAILABLE)
})

t.test('fields that are too long, of HTML, of other forms, or missing', async t => {
  const { instance, send, saved, good, docspace, log } = await start(t)
  const proof = { instance: instance() }
  const html = '"><script>alert(1)</script>&'
  const evil = await send({
    ...proof,
    do: 'save',
    'field.url': html,
    'field.apiKey': html,
    'field.more': html,
    instanceId: OTHER_SITE
  })
  t.equal(evil.status, 422)
  const text = await evil.text()
  t.notMatch(text, '<script')
  t.match(text, 'value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;"')
  t.match(text, /id="field-url"[^>]* aria-invalid="true"/)
  t.match(text, '<p class="wrong" id="field-url-wrong">Check what you entered here.</p>')

  const huge = await send({ ...proof, ...good(), 'field.apiKey': 'x'.repeat(100_000) }, { 'accept-language': 'de' })
  t.equal(huge.status, 413)
  t.match(await huge.text(), /<html lang="de".*Das Gesendete ist nicht verwendbar/s)
  const long = await send({ ...proof, ...good(), 'field.apiKey': 'x'.repeat(10_000) })
  t.equal(long.status, 422)
  t.notMatch(await long.text(), 'xxx')
  for (const missing of ['field.url', 'field.apiKey']) {
    const answer = await send({ ...proof, ...good(), [missing]: '' })
    t.equal(answer.status, 422, missing)
    t.match(await answer.text(), `id="${missing.replace('.', '-')}-wrong"`)
  }
  t.equal((await send({ ...proof, ...good(), 'field.url': 'http://10.0.0.1' })).status, 422, 'the outgoing guard')
  t.equal((await send({ ...proof, do: 'copy', 'field.apiKey': docspace.portal.keys.owner })).status, 422, 'of no copy')
  t.equal((await send({ do: 'save' })).status, 401)
  t.equal(docspace.calls.length, 0)
  t.equal(await saved(), undefined)
  t.notMatch(log.join(''), docspace.portal.keys.owner)
})

t.test('a body that is no text is refused as a page, and other methods are not there', async t => {
  const { get } = await start(t)
  const bytes = await get('public', 'connect', { method: 'POST', body: Buffer.from([0xff, 0xfe]) })
  t.equal(bytes.status, 401)
  t.match(bytes.headers.get('content-type'), 'text/html')
  t.equal((await get('public', 'connect', { method: 'PUT', body: 'x' })).status, 404)
  t.equal((await get('public', 'connect', { method: 'HEAD' })).status, 401)
})

t.test('of two saves at once by one token one is made, and of two tokens the second changes nothing', async t => {
  const { token, send, good, manage, docspace } = await start(t)
  const [one, two] = [await token(), await token()]
  docspace.delayMs = 100
  const answers = await Promise.all([one, one, two].map(each => send({ token: each, ...good() })))
  const statuses = answers.map(({ status }) => status)
  t.equal(statuses.filter(status => status === 200).length, 1, String(statuses))
  t.strictSame(
    statuses.filter(status => ![200, 403, 404].includes(status)),
    []
  )
  const { entries } = JSON.parse(await (await manage('GET', 'v1/audit')).text())
  t.equal(entries.length, 1)
})

t.test('a token from before the app was removed connects nothing', async t => {
  const { token, send, good, saved, get, wix, clock } = await start(t)
  const text = await token()
  const seconds = Math.floor(clock.now() / 1000)
  const event = {
    data: JSON.stringify({ eventType: 'AppRemoved', instanceId: SITE }),
    iat: seconds,
    exp: seconds + 3600
  }
  t.equal((await get('public', 'v1/app-events', { method: 'POST', body: await wix.sign(event) })).status, 200)
  const answer = await send({ token: text, ...good() })
  t.equal(answer.status, 409)
  t.match(await answer.text(), '<h1>This link no longer works</h1>')
  t.equal(await saved(), undefined)
})

t.test('whoever tries too often waits, each site by itself', async t => {
  const { instance, send, docspace } = await start(t)
  const wrong = portalFields(docspace.url, 'sk-fake-unknown-key')
  const statuses: number[] = []
  for (let time = 0; time < 12; time++) statuses.push((await send({ instance: instance(), ...wrong })).status)
  t.strictSame(statuses, [...Array(10).fill(422), 429, 429])
  const refused = await send({ instance: instance(), locale: 'de', ...wrong })
  t.equal(refused.headers.get('retry-after'), '600')
  t.match(await refused.text(), 'Zu viele Versuche.')
  t.equal((await send({ instance: instance({ instanceId: OTHER_SITE }), ...wrong })).status, 422)
})

t.test('while the database is away, the page says when to come again', async t => {
  const { instance, open, send, good, storeUrl } = await start(t)
  const { rmSync } = await import('node:fs')
  rmSync(storeUrl.slice('file:'.length))
  for (const answer of [
    await open({ instance: instance(), locale: 'ko' }),
    await send({ instance: instance(), locale: 'ko', ...good() })
  ]) {
    t.equal(answer.status, 503)
    t.match(answer.headers.get('retry-after'), /^\d+$/)
    t.match(await answer.text(), '<html lang="ko"')
  }
})

t.test('where the button does not lead here, or the app has no secret, that way is closed', async t => {
  const store = { url: `file:${t.testdir()}/quota-bridge.db` }
  const before = await startConnectBridge(t, { store })
  const token = await before.token()
  await before.service.close()
  const closed = await startConnectBridge(t, { store, connect: { page: true, fromQuotaScreen: 'off' } })
  t.equal(await closed.answerTo(), undefined, 'no button')
  t.equal((await closed.open({ token })).status, 404, 'also for whoever has a token from before')
  t.equal((await closed.open({ instance: closed.instance() })).status, 200)
})

t.test('without wix.appSecret nothing that is called an instance is believed', async t => {
  const open = await startConnectBridge(t, { wix: { appSecret: undefined } })
  for (const secret of [APP_SECRET, '', 'undefined'])
    t.equal((await open.open({ instance: open.instance({}, secret) })).status, 401)
  t.equal((await open.open({ token: await open.token() })).status, 200)
})

t.test('where connect.page is off there is no such page', async t => {
  const { get } = await startConnectBridge(t, { connect: { page: false } })
  t.equal((await get('public', 'connect?token=x')).status, 404)
})
