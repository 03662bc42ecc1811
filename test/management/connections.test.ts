// The management API of the sites' own connections.
import t from 'tap'
import { bodyOf, errorOf, startBridge } from '../helpers/bridge.ts'
import { startManagedBridge } from '../helpers/manage.ts'

/** What the tests look at of an answer. */
interface Page {
  connections: { instanceId: string }[]
  entries: unknown[]
  nextCursor?: string
}
const pageOf = async (response: Response): Promise<Page> => JSON.parse(await response.text())

const at = '2026-11-22T12:00:00.000Z'

t.test('a connection is checked with the provider, saved, shown without its secret, replaced and deleted', async t => {
  const { manage, docspace, ask } = await startManagedBridge(t)
  const connection = { url: docspace.url, apiKey: docspace.portal.keys.owner }
  const masked = { url: docspace.url, apiKey: `…${connection.apiKey.slice(-4)}` }
  const path = 'v1/connections/sites/site-1'

  const created = await manage('PUT', path, connection)
  t.equal(created.status, 201)
  const shown = {
    provider: 'sites',
    instanceId: 'site-1',
    connection: masked,
    health: 'ok',
    checkedAt: at,
    createdAt: at,
    updatedAt: at
  }
  t.strictSame(await created.json(), shown)
  t.equal((await manage('PUT', path, connection)).status, 200)
  t.strictSame(await (await manage('GET', path)).json(), shown)
  t.equal((await ask('site-1')).status, 200)

  const deleted = await manage('DELETE', path)
  t.equal(deleted.status, 204)
  t.equal(await deleted.text(), '')
  t.match(await errorOf(await manage('DELETE', path)), { status: 404, code: 'CONNECTION_NOT_FOUND', wellFormed: true })
  t.match(await errorOf(await manage('GET', path)), { status: 404, code: 'CONNECTION_NOT_FOUND' })
  t.match(await errorOf(await manage('POST', `${path}/check`)), { status: 404, code: 'CONNECTION_NOT_FOUND' })
})

t.test(
  "a connection that does not work is refused with the provider's finding and its remedy, unless nobody is asked",
  async t => {
    const { manage, docspace } = await startManagedBridge(t)
    const { keys } = docspace.portal
    const put = (apiKey: string, query = '') =>
      manage('PUT', `v1/connections/sites/site-1${query}`, { url: docspace.url, apiKey })
    const refused = {
      'api-key-rejected': 'sk-fake-unknown-key',
      'scope-too-narrow': docspace.portal.narrowKey,
      'role-too-low': keys.guest
    }
    for (const [finding, apiKey] of Object.entries(refused)) {
      const answer = await put(apiKey)
      t.match(await answer.clone().json(), { message: /key/i, applicationError: { description: /Make/ } }, finding)
      t.match(await errorOf(answer), { status: 422, code: 'CONNECTION_REFUSED', data: { finding }, wellFormed: true })
    }
    docspace.fail('unknown-portal')
    t.match(await errorOf(await put(keys.owner)), { status: 422, data: { finding: 'portal-not-found' } })
    docspace.fail(undefined)
    t.equal((await manage('GET', 'v1/connections/sites/site-1')).status, 404, 'nothing was saved')

    const limited = await put(keys.user)
    t.equal(limited.status, 201)
    t.match(await limited.json(), { health: 'limited', finding: 'not-an-admin', remedy: /as an admin/ })

    const unchecked = await put('sk-fake-unknown-key', '?check=false')
    t.equal(unchecked.status, 200)
    t.match(await unchecked.json(), { health: 'unchecked' })
  }
)

t.test("a room admin's key works, but does not tell everything", async t => {
  const { manage, docspace, ask } = await startManagedBridge(t)
  const path = 'v1/connections/sites/site-1'
  const saved = await manage('PUT', path, { url: docspace.url, apiKey: docspace.portal.keys['room-admin'] })
  t.equal(saved.status, 201)
  t.match(await saved.json(), { health: 'limited', finding: 'room-admin', remedy: /as an admin/ })
  t.match(await bodyOf(await ask('site-1')), {
    actionQuotaInfo: { quotaInfo: [{ quotas: [{ featureName: 'Rooms' }, { currentUsage: '4', limit: '5' }] }] }
  })
})

t.test('an expired portal can be connected: the key is good, and the finding says what is not', async t => {
  const { manage, docspace, ask } = await startManagedBridge(t, { scenario: 'business-expired' })
  const { keys, narrowKey } = docspace.portal
  const put = (apiKey: string) => manage('PUT', 'v1/connections/sites/site-1', { url: docspace.url, apiKey })
  const saved = await put(keys.owner)
  t.equal(saved.status, 201)
  t.match(await saved.json(), { health: 'limited', finding: 'portal-not-paid', remedy: /Renew/ })
  t.equal((await ask('site-1')).status, 200)
  const refused = {
    'api-key-rejected': 'sk-fake-unknown-key',
    'scope-too-narrow': narrowKey,
    'role-too-low': keys.guest
  }
  for (const [finding, apiKey] of Object.entries(refused))
    t.match(await errorOf(await put(apiKey)), { status: 422, code: 'CONNECTION_REFUSED', data: { finding } }, finding)
})

t.test('a stored connection is checked again on demand, and its health is kept', async t => {
  const { manage, connect, docspace } = await startManagedBridge(t)
  await connect('site-1', { url: docspace.url, apiKey: docspace.portal.keys.owner })
  t.match(await (await manage('POST', 'v1/connections/sites/site-1/check')).json(), { health: 'ok', checkedAt: at })
  docspace.fail('bad-key')
  t.match(await (await manage('POST', 'v1/connections/sites/site-1/check')).json(), {
    health: 'failing',
    finding: 'api-key-rejected',
    remedy: /new API key/
  })
  t.match(await (await manage('GET', 'v1/connections?health=failing')).json(), {
    connections: [{ instanceId: 'site-1' }]
  })
})

t.test('what a provider cannot take is told by the path of the field', async t => {
  const { manage } = await startManagedBridge(t)
  const put = async (body: unknown) => errorOf(await manage('PUT', 'v1/connections/sites/site-1', body))
  const good = { url: 'https://acme.onlyoffice.com', apiKey: 'sk-fake-some-key' }
  const invalid = { status: 422, code: 'INVALID_CONNECTION', wellFormed: true }
  t.match(await put({}), { ...invalid, data: { field: 'url' } })
  t.match(await put({ ...good, apiKey: 5 }), { ...invalid, data: { field: 'apiKey' } })
  t.match(await put({ ...good, apikey: 'x' }), { ...invalid, data: { field: 'apikey' } })
  t.match(await put({ ...good, url: 'https://docs.example.com' }), { ...invalid, data: { field: 'url' } })
  t.match(await put({ ...good, url: 'https://user@acme.onlyoffice.com' }), { ...invalid, data: { field: 'url' } })
  t.match(await put([]), { status: 400, code: 'INVALID_REQUEST', data: { field: 'body' }, wellFormed: true })
  t.match(await put('{"url"'), { status: 400, code: 'INVALID_REQUEST', wellFormed: true })
  t.match(await put(''), { status: 400, code: 'INVALID_REQUEST', wellFormed: true })
  const huge = await errorOf(
    await manage('PUT', 'v1/connections/sites/site-1', { ...good, apiKey: 'x'.repeat(17_000) })
  )
  t.match(huge, { status: 413, code: 'PAYLOAD_TOO_LARGE', wellFormed: true })
  t.match(await errorOf(await manage('PUT', 'v1/connections/sites/site-1?check=perhaps', good)), {
    status: 400,
    data: { field: 'querystring.check' }
  })
  t.match(await errorOf(await manage('GET', `v1/connections/sites/${'x'.repeat(300)}`)), {
    status: 400,
    data: { field: 'params.instanceId' }
  })
})

t.test('an API key that cannot stand in a header is refused, and blanks at its ends are cut', async t => {
  const { manage, docspace, ask, log } = await startManagedBridge(t)
  const { owner } = docspace.portal.keys
  const put = (apiKey: string, url = docspace.url) => manage('PUT', 'v1/connections/sites/site-1', { url, apiKey })
  const wrong = [
    `${owner}\n${owner}`,
    `${owner} ${owner}`,
    'sk-\u043a\u043b\u044e\u0447',
    'sk-\u0000',
    ' \n',
    'sk-'.repeat(400)
  ]
  for (const apiKey of wrong) {
    const answer = await put(apiKey)
    t.notMatch(await answer.clone().text(), owner, 'the key is not told')
    t.match(
      await errorOf(answer),
      { status: 422, code: 'INVALID_CONNECTION', data: { field: 'apiKey' }, wellFormed: true },
      JSON.stringify(apiKey.slice(0, 20))
    )
  }
  t.equal(docspace.calls.length, 0, 'nobody was asked')
  t.match(
    await errorOf(await put(' \n', 'https://evil.example')),
    { data: { field: 'url' } },
    'the first field is named'
  )

  const saved = await put(`\t ${owner} \r\n`)
  t.equal(saved.status, 201)
  t.match(await saved.json(), { health: 'ok', connection: { apiKey: `…${owner.slice(-4)}` } })
  t.equal((await ask('site-1')).status, 200)
  t.strictSame([...new Set(docspace.calls.map(({ authorization }) => authorization))], [`Bearer ${owner}`])
  t.notMatch(log.join(''), owner)
})

t.test('an unknown provider, and one that is not per-site, is PROVIDER_NOT_FOUND', async t => {
  const { manage, docspace } = await startManagedBridge(t)
  for (const provider of ['nobody', 'docspace', 'newsletter', '__proto__']) {
    for (const [method, rest] of [
      ['PUT', ''],
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/check']
    ] as const) {
      const body = method === 'PUT' ? { url: docspace.url, apiKey: 'x' } : undefined
      t.match(
        await errorOf(await manage(method, `v1/connections/${provider}/site-1${rest}`, body)),
        { status: 404, code: 'PROVIDER_NOT_FOUND', wellFormed: true },
        `${method} ${provider}`
      )
    }
  }
})

t.test('a list is searched for one site, in whatever case its id is written', async t => {
  const { manage, connect } = await startManagedBridge(t)
  const id = '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11'
  for (const site of [id, 'another-site'])
    await connect(site, { url: 'https://a.onlyoffice.com', apiKey: 'k'.repeat(20) })
  const found = async (query: string) => (await pageOf(await manage('GET', `v1/connections?${query}`))).connections
  t.strictSame(
    (await found(`instanceId=${id.toUpperCase()}`)).map(({ instanceId }) => instanceId),
    [id]
  )
  t.strictSame(await found('instanceId=nobodys'), [])
  t.equal((await found('')).length, 2)
})

t.test('lists come in pages, by a cursor, in the order of provider and site', async t => {
  const { manage, connect } = await startManagedBridge(t)
  const ids = ['a', 'b', 'c', 'd', 'e']
  for (const id of ids) await connect(id, { url: 'https://acme.onlyoffice.com', apiKey: `sk-fake-key-of-${id}` })
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await pageOf(
      await manage('GET', `v1/connections?limit=2&provider=sites${cursor ? `&cursor=${cursor}` : ''}`)
    )
    t.ok(page.connections.length <= 2)
    for (const { instanceId } of page.connections) seen.push(instanceId)
    cursor = page.nextCursor
  } while (cursor)
  t.strictSame(seen, ids)
  t.strictSame(await (await manage('GET', 'v1/connections?provider=other')).json(), { connections: [] })
  for (const query of [
    'limit=0',
    'limit=201',
    'limit=many',
    'health=fine',
    'cursor=nonsense',
    `cursor=${Buffer.from('{"a":1}').toString('base64url')}`
  ]) {
    t.match(
      await errorOf(await manage('GET', `v1/connections?${query}`)),
      { status: 400, code: 'INVALID_REQUEST', data: { field: /^querystring\./ }, wellFormed: true },
      query
    )
  }
})

t.test('every change is in the audit, with the name of the token that made it', async t => {
  const tokens = [
    { name: 'old', token: 'an-old-token-for-tests' },
    { name: 'new', token: 'a-new-token-for-tests' }
  ]
  const { get, docspace } = await startManagedBridge(t, { management: { token: tokens } })
  const use = (token: string, method: string, path: string, body?: object) =>
    get('management', path, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body && { body: JSON.stringify(body) })
    })
  const [old = '', young = ''] = tokens.map(({ token }) => token)
  await use(old, 'PUT', 'v1/connections/sites/site-1?check=false', {
    url: docspace.url,
    apiKey: docspace.portal.keys.owner
  })
  await use(young, 'DELETE', 'v1/connections/sites/site-1')
  const first = await pageOf(await use(young, 'GET', 'v1/audit?limit=1'))
  t.match(first, {
    entries: [{ at, actor: 'new', action: 'connection.deleted', provider: 'sites', instanceId: 'site-1' }]
  })
  const second = await pageOf(await use(old, 'GET', `v1/audit?cursor=${first.nextCursor}`))
  t.match(second, { entries: [{ actor: 'old', action: 'connection.created' }] })
  t.notOk(second.nextCursor)
  t.match(await errorOf(await use('another-token-of-length', 'GET', 'v1/audit')), { status: 401, code: 'UNAUTHORIZED' })
})

t.test('a short secret is not told in part, and a row of a provider that left shows nothing', async t => {
  const { manage, connect } = await startManagedBridge(t)
  await connect('site-1', { url: 'https://acme.onlyoffice.com', apiKey: 'short' })
  t.match(await (await manage('GET', 'v1/connections/sites/site-1')).json(), {
    connection: { url: 'https://acme.onlyoffice.com', apiKey: '…' }
  })
})

t.test('a connection that no key opens is shown as failing, and other rows are shown all the same', async t => {
  const url = `file:${t.testdir()}/quota-bridge.db`
  const first = await startManagedBridge(t, { store: { url } })
  await first.connect('site-1', { url: first.docspace.url, apiKey: first.docspace.portal.keys.owner })
  await first.service.close()
  const second = await startManagedBridge(t, {
    store: { url, encryptionKeys: [Buffer.from('another key for tests, 32 bytes.').toString('base64')] },
    sharing: first.docspace,
    force: true
  })
  await second.connect('site-2', { url: first.docspace.url, apiKey: first.docspace.portal.keys.owner })
  t.match(await (await second.manage('GET', 'v1/connections')).json(), {
    connections: [
      { instanceId: 'site-1', health: 'failing', finding: 'connection-unreadable', connection: {} },
      { instanceId: 'site-2', health: 'unchecked' }
    ]
  })
  const sites = async (health: string) => {
    const { connections } = Object(await (await second.manage('GET', `v1/connections?health=${health}`)).json())
    return connections.map(({ instanceId }: { instanceId: string }) => instanceId)
  }
  t.strictSame([await sites('failing'), await sites('unchecked'), await sites('ok')], [['site-1'], ['site-2'], []])
  t.equal((await second.manage('POST', 'v1/connections/sites/site-1/check')).status, 200)
  t.match(await errorOf(await second.ask('site-1')), { status: 502, data: { finding: 'connection-unreadable' } })
})

t.test('without a store there is no such API, and readiness has no store to check', async t => {
  const { get } = await startBridge(t, { management: { token: 'a-token-for-tests' } })
  const headers = { authorization: 'Bearer a-token-for-tests' }
  t.equal((await get('management', 'v1/connections', { headers })).status, 404)
  t.strictSame(await (await get('management', 'health/ready')).json(), {
    status: 'ready',
    checks: { connections: { docspace: { health: 'unchecked' } } }
  })
})
