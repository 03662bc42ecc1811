// What a database cannot hold is the caller's mistake on either engine, not the database's silence.
import t from 'tap'
import { errorOf } from '../helpers/bridge.ts'
import { onEachEngine } from '../helpers/engines.ts'
import { startManagedBridge } from '../helpers/manage.ts'

const cursorOf = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

onEachEngine(({ name, newUrl }) => {
  t.test(`${name}: a NUL anywhere, and a cursor beyond every row, are 400`, async t => {
    const { manage, ask, docspace } = await startManagedBridge(t, { store: { url: await newUrl(t) } })
    const good = { url: docspace.url, apiKey: docspace.portal.keys.owner }
    const requests: [string, string, object?][] = [
      ['PUT', 'v1/connections/sites/a%00b?check=false', good],
      ['PUT', 'v1/connections/sites/a%00b', good],
      ['GET', 'v1/connections/sites/%00'],
      ['DELETE', 'v1/connections/sites/%00'],
      ['POST', 'v1/connections/sites/%00/check'],
      ['POST', 'v1/connections/sites/%00/refresh'],
      ['GET', 'v1/connections/s%00/site'],
      ['GET', 'v1/connections?provider=%00'],
      ['GET', `v1/connections?cursor=${cursorOf({ provider: '\0', instanceId: '' })}`],
      ['GET', `v1/connections?cursor=${cursorOf({ provider: '', instanceId: 'a\0' })}`]
    ]
    for (const [method, path, body] of requests)
      t.match(
        await errorOf(await manage(method, path, body)),
        { status: 400, code: 'INVALID_REQUEST', wellFormed: true },
        `${method} ${path}`
      )
    for (const before of [1e300, 2 ** 63, 2 ** 53, 1.5, -1, 0, '1', null])
      t.match(
        await errorOf(await manage('GET', `v1/audit?cursor=${cursorOf(before)}`)),
        { status: 400, code: 'INVALID_REQUEST', data: { field: 'querystring.cursor' }, wellFormed: true },
        String(before)
      )
    t.equal((await manage('GET', `v1/audit?cursor=${cursorOf(Number.MAX_SAFE_INTEGER)}`)).status, 200)
    t.match(await errorOf(await ask('a\0b')), {
      status: 400,
      code: 'INVALID_REQUEST',
      data: { field: 'data.metadata.instanceId' },
      wellFormed: true
    })
  })
})
