// Every documented status is provoked, every answer is as documented; both lists are read from openapi.yaml at run time.
import t from 'tap'
import { carelessness, remembering, secretsOf } from './carelessness.ts'
import { cases, routeOf } from './cases.ts'
import { readContract } from './document.ts'
import { keepTally, type Tally } from './tally.ts'

const contract = readContract('openapi.yaml')
const documented = contract.statuses.map(({ operationId, status }) => `${operationId} ${status}`)
const tallies: Tally[] = []

/** Of answers that no server gave. */
const USUAL_HEADERS = {
  'content-language': 'en',
  age: '0',
  'cache-status': 'quota-bridge; fwd=miss; stored',
  'retry-after': '1'
}

t.test('every documented status has a case, and every case a documented status', async t => {
  t.ok(documented.length > 0)
  t.strictSame(
    documented.filter(each => !cases[each]),
    [],
    'documented, but provoked by nothing'
  )
  t.strictSame(
    Object.keys(cases).filter(each => !documented.includes(each)),
    [],
    'provoked, but not documented'
  )
})

for (const { operationId, status } of contract.statuses) {
  t.test(`${operationId} answers ${status} as documented`, async t => {
    const { route, bridges } = remembering(routeOf(t))
    const answers = (await cases[`${operationId} ${status}`]?.(route)) ?? []
    t.ok(answers.length > 0, 'a request was made')
    const violations: string[] = []
    for (const answer of answers) {
      if (status !== 'default') {
        t.equal(answer.status, status)
        violations.push(...(await carelessness(answer.clone(), secretsOf(bridges))))
      }
      violations.push(...(await contract.violations(operationId, answer)))
    }
    t.strictSame(violations, [])
    tallies.push({
      what: `${operationId} ${status}`,
      kind: 'status',
      requests: answers.length,
      violations: violations.length
    })
  })
}

t.test('every example in the document is valid by its own schema', async t => {
  for (const { operationId, status, response } of contract.statuses) {
    for (const [type, content] of Object.entries(response.content ?? {})) {
      const examples = [content.example, ...Object.values(content.examples ?? {}).map(({ value }) => value)].filter(
        example => example !== undefined
      )
      if (type === 'application/json') t.ok(examples.length > 0, `${operationId} ${status} has an example`)
      for (const example of examples) {
        const headers = { 'content-type': type, ...USUAL_HEADERS }
        const answer = new Response(JSON.stringify(example), { status: Number(status), headers })
        t.strictSame(await contract.violations(operationId, answer), [], `${operationId} ${status}`)
      }
    }
  }
})

t.test(
  'what an answer must not be: without the headers that all have, a page that may do anything, or with a secret in it',
  async t => {
    const usual = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
    const found = (headers: Record<string, string>, body = '') =>
      carelessness(new Response(body, { headers }), ['hush'])
    t.strictSame(await found({ ...usual, 'content-type': 'text/plain' }, 'well'), [])
    t.match(await found({}), [/cache-control/, /x-content-type-options/])
    t.match(await found({ ...usual, 'content-type': 'text/html' }), [
      ...[/referrer-policy/, /default-src/, /base-uri/, /form-action/, /frame-ancestors/]
    ])
    t.match(await found(usual, 'hush!'), [/a secret/])
    t.match(await found({ ...usual, location: 'https://example.com/?key=hush' }), [/a secret/])
  }
)

t.test('the checks can fail: a wrong status, type, header or body is a violation', async t => {
  const json = { ...USUAL_HEADERS, 'content-type': 'application/json' }
  const { 'retry-after': _left, ...withoutRetryAfter } = json
  const found = (body: string, init: ResponseInit) => contract.violations('getQuotaInfo', new Response(body, init))
  t.match(await found('{}', { status: 418, headers: json }), [/does not document the status 418/])
  t.match(await found('{}', { status: 200, headers: { ...json, 'content-type': 'text/html' } }), [
    /content type is text\/html/
  ])
  t.match(await found('{}', { status: 200, headers: json }), [/must have required property 'actionQuotaInfo'/])
  t.match(
    await found('{"actionQuotaInfo":{"enforced":true,"quotaInfo":[],"more":1}}', { status: 200, headers: json }),
    [/additional properties/]
  )
  t.match(await found('{}', { status: 503, headers: withoutRetryAfter }), [/header Retry-After is missing/])
})

t.test('a careless page is found to be one', async t => {
  const page = (policy: string, body = '') =>
    carelessness(
      new Response(body, {
        headers: {
          ...{ 'content-type': 'text/html', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
          ...{ 'referrer-policy': 'no-referrer', 'content-security-policy': policy }
        }
      }),
      []
    )
  const safe = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
  t.strictSame(await page(safe), [])
  t.strictSame(await page(`${safe}; script-src 'unsafe-inline'`), ["the policy admits script-src 'unsafe-inline'"])
  t.strictSame(await page("default-src 'none'; base-uri 'none'; frame-ancestors 'none'"), [
    'the policy lacks form-action'
  ])
  t.strictSame(await page(safe, '<p onclick="x()">'), ['the page runs what stands in it'])
  t.strictSame(await page(safe, '<script>x()</script>'), ['the page runs what stands in it'])
  t.match(await carelessness(new Response('', { headers: { 'set-cookie': 'a=b' } }), []), [
    /./,
    /./,
    'the header set-cookie is there'
  ])
})

t.teardown(() => keepTally('operations', tallies))
