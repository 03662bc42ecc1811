// Lists that come in pages: read to their end, or not at all.
import t, { type Test } from 'tap'
import { type ApiAnswer, type Call, startApi, startProvider } from '../../helpers/http-provider.ts'

const quotas = { items: { used: { at: 'r#/page/rows/*/n', sum: true }, limit: { at: 'r#/limit' } } }
const notWhole = (reason: string | RegExp) => ({ code: 'PROVIDER_REJECTED', finding: 'list-not-whole', reason })

async function start(
  t: Test,
  list: object,
  answer: (query: URLSearchParams, call: Call) => ApiAnswer,
  request: object = {}
) {
  const api = await startApi(t, call => answer(new URL(call.url, 'http://x').searchParams, call))
  const url = `${api.url}/rows?q=a%20b`
  const { fetch, check } = startProvider(t, {
    requests: {
      r: { ...('body' in request ? { post: url, ...request } : { get: url }), list: { items: '/page/rows', ...list } }
    },
    quotas
  })
  const told = async () => (await fetch()).groups[0]?.quotas.map(({ used, limit }) => [used, limit])
  return { api, told, fetch, check }
}

const rows = (...numbers: unknown[]) => ({
  page: { rows: numbers.map((n, index) => ({ id: `${n}-${index}`, n })) },
  limit: 100
})

t.test('pages by number', async t => {
  const { told, api } = await start(t, { next: '/meta/next', as: 'page' }, query => {
    const page = Number(query.get('page') ?? 1)
    return {
      json: { ...rows(page, 10 * page), limit: page === 1 ? 50 : 1, meta: { next: page < 3 ? page + 1 : null } }
    }
  })
  t.strictSame(await told(), [[66, 50]], 'all else is as on the first page')
  t.strictSame(
    api.calls.map(({ url }) => url),
    ['/rows?q=a%20b', '/rows?q=a+b&page=2', '/rows?q=a+b&page=3']
  )
})

t.test('pages by cursor, also that of the last item', async t => {
  const cursor = await start(t, { next: '/next', as: 'cursor', param: 'after' }, query =>
    query.has('after') ? { json: { ...rows(2), next: '' } } : { json: { ...rows(1), next: 'c&1' } }
  )
  t.strictSame(await cursor.told(), [[3, 100]])
  t.equal(cursor.api.calls[1]?.url, '/rows?q=a+b&after=c%261')
  const last = await start(t, { nextFromLast: '/id', more: '/more', as: 'cursor', id: '/id' }, query =>
    query.has('cursor') ? { json: { ...rows(7), more: false } } : { json: { ...rows(1, 2), more: true } }
  )
  t.strictSame(await last.told(), [[10, 100]])
  t.equal(last.api.calls[1]?.url, '/rows?q=a+b&cursor=2-1')
})

t.test('pages by link, of the same origin alone', async t => {
  const follow = (link: (call: Call) => unknown) =>
    start(t, { next: '/next', as: 'link' }, (query, call) =>
      query.has('p') ? { json: { ...rows(2), next: null } } : { json: { ...rows(1), next: link(call) } }
    )
  const relative = await follow(() => '/rows?p=2')
  t.strictSame(await relative.told(), [[3, 100]])
  const absolute = await follow(({ headers }) => `http://${headers.host}/rows?p=2`)
  t.strictSame(await absolute.told(), [[3, 100]])
  for (const link of [
    'http://127.0.0.1:9/rows?p=2',
    '//evil.example/?p=2',
    'https://evil.example/',
    'file:///etc/passwd',
    'http://a:b@'
  ])
    await t.rejects((await follow(() => link)).fetch(), notWhole('the next page is not of the same origin'), link)
  await t.rejects(
    (await follow(({ headers }) => `http://a:b@${headers.host}/rows?p=2`)).fetch(),
    notWhole(/same origin/)
  )
})

t.test('pages of a POST stand in its body', async t => {
  const { told, api } = await start(
    t,
    { next: '/next', as: 'page', param: 'p' },
    (_query, { body }) =>
      JSON.parse(body).p === 2 ? { json: { ...rows(2), next: null } } : { json: { ...rows(1), next: 2 } },
    { body: { filter: 'x' } }
  )
  t.strictSame(await told(), [[3, 100]])
  t.equal(api.calls[1]?.body, '{"filter":"x","p":2}')
})

t.test('a list that is cut short is a failure, never a small number', async t => {
  const fails = async (
    list: object,
    answer: Parameters<typeof start>[2],
    reason: string | RegExp,
    message = String(reason)
  ) => {
    const { fetch, check } = await start(t, list, answer)
    await t.rejects(fetch(), notWhole(reason), message)
    t.strictSame(await check(), { health: 'failing', finding: 'list-not-whole' })
  }
  const page = { next: '/next', as: 'page' }
  await fails(
    page,
    query => ({ json: { ...rows(Number(query.get('page'))), next: Number(query.get('page') ?? 1) + 1 } }),
    'more than 10 pages'
  )
  await fails(
    page,
    query => ({ json: { ...rows(Math.random()), next: query.get('page') ?? 2 } }),
    'a page leads back to an earlier one'
  )
  await fails(page, () => ({ json: rows(1) }), 'nothing at /next leads on', 'next is not there')
  for (const next of [{}, [], true, 'two', '-1', 1.5, '\ud800'])
    await fails(page, () => ({ json: { ...rows(1), next } }), /at \/next/, JSON.stringify(next))
  const more = { next: '/next', more: '/more', as: 'cursor' }
  await fails(more, () => ({ json: { ...rows(1), more: true, next: null } }), 'nothing at /next leads on')
  await fails(more, () => ({ json: { ...rows(1), next: null } }), 'nothing at /more says whether there is more')
  await fails(more, () => ({ json: { ...rows(1), more: 'no' } }), 'nothing at /more says whether there is more')
  await fails(page, () => ({ json: { ...rows(...Array(10_001).fill(1)), next: null } }), 'more than 10000 items')
  await fails(
    page,
    () => ({ text: JSON.stringify({ ...rows(), page: { rows: Array(100_000).fill(1) }, next: null }) }),
    'more than 10000 items'
  )
})

t.test('the last page may leave next out where the configuration says so', async t => {
  const { told } = await start(t, { next: '/next', as: 'cursor', nextMayBeAbsent: true }, () => ({ json: rows(1) }))
  t.strictSame(await told(), [[1, 100]])
})

t.test('an item that comes twice is a failure: nobody knows what else moved', async t => {
  const twice = 'an item came twice'
  const pages =
    (...answers: object[]) =>
    (query: URLSearchParams) => {
      const page = Number(query.get('page') ?? 1)
      return { json: { ...answers[page - 1], next: page < answers.length ? page + 1 : null, limit: 100 } }
    }
  const page = { next: '/next', as: 'page' }
  const again = await start(t, page, pages(rows(1, 2), { page: { rows: [{ id: '2-1', n: 2 }] } }))
  await t.rejects(again.fetch(), notWhole(twice))
  const changed = { page: { rows: [{ id: '2-1', n: 3 }] } }
  const byId = await start(t, { ...page, id: '/id' }, pages(rows(1, 2), changed))
  await t.rejects(byId.fetch(), notWhole(twice))
  const alike = { page: { rows: [{ n: 1 }, { n: 1 }] } }
  const inOnePage = await start(t, page, pages(alike))
  t.strictSame(await inOnePage.told(), [[2, 100]], 'alike in one page they may be two')
  const same = {
    page: {
      rows: [
        { id: 1, n: 1 },
        { id: 1, n: 1 }
      ]
    }
  }
  await t.rejects((await start(t, { ...page, id: '/id' }, pages(same))).fetch(), notWhole(twice))
  await t.rejects(
    (await start(t, { ...page, id: '/id' }, pages(alike))).fetch(),
    notWhole('an item has nothing at /id')
  )
})

t.test('what is no list is an answer that makes no sense', async t => {
  for (const page of [{}, { rows: {} }, { rows: null }]) {
    const { fetch } = await start(t, { next: '/next', as: 'page' }, () => ({ json: { page, next: null } }))
    await t.rejects(fetch(), { code: 'PROVIDER_REJECTED', finding: 'answer-invalid', reason: 'no list at /page/rows' })
  }
})

t.test('a list may be the whole answer, or stand in a list', async t => {
  const answer = (json: unknown) => startApi(t, ({ url }) => ({ json: url.includes('p=') ? [] : json }))
  const api = await answer([[{ n: 1 }, 'p2']])
  const { fetch } = startProvider(t, {
    requests: { r: { get: api.url, list: { items: '/0', next: '/9', nextMayBeAbsent: true, as: 'cursor' } } },
    quotas: { items: { used: { at: 'r#/0/0/n' }, limit: 5 } }
  })
  t.match(await fetch(), { groups: [{ quotas: [{ used: 1 }] }] })
  const whole = await answer([{ n: 2 }])
  const other = startProvider(t, {
    requests: { r: { get: whole.url, list: { items: '', next: '/9', nextMayBeAbsent: true, as: 'cursor' } } },
    quotas: { items: { used: { at: 'r#/*/n', sum: true }, limit: 5 } }
  })
  t.match(await other.fetch(), { groups: [{ quotas: [{ used: 2 }] }] })
})
