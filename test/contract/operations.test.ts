// Every documented status is provoked, every answer is as documented; both lists are read from openapi.yaml at run time.
import t from 'tap'
import { type Bridge, ENCRYPTION_KEY, MANAGEMENT_TOKEN } from '../helpers/bridge.ts'
import { cases, routeOf } from './cases.ts'
import { dangersOf } from './dangers.ts'
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
    const secrets = new Set([MANAGEMENT_TOKEN, ENCRYPTION_KEY])
    const onStart = ({ docspace }: Bridge) => {
      for (const key of Object.values(docspace.portal.keys)) secrets.add(key)
    }
    const answers = (await cases[`${operationId} ${status}`]?.(routeOf(t, undefined, onStart))) ?? []
    t.ok(answers.length > 0, 'a request was made')
    const violations: string[] = []
    for (const answer of answers) {
      if (status !== 'default') {
        t.equal(answer.status, status)
        t.strictSame(await dangersOf(answer.clone(), [...secrets]), [], 'nothing in it is dangerous')
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

t.test('a dangerous answer is found to be one', async t => {
  const page = (policy: string, body = '') =>
    dangersOf(
      new Response(body, {
        headers: {
          ...{ 'content-type': 'text/html', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
          ...{ 'referrer-policy': 'no-referrer', 'content-security-policy': policy }
        }
      }),
      []
    )
  const safe = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
  t.strictSame(await page(safe), [])
  t.strictSame(await page(`${safe}; script-src 'unsafe-inline'`), ["admits script-src 'unsafe-inline'"])
  t.strictSame(await page("default-src 'none'; base-uri 'none'"), ['the policy says nothing of frames'])
  t.strictSame(await page(safe, '<p onclick="x()">'), ['runs what stands in it'])
  t.strictSame(await page(safe, '<script>x()</script>'), ['runs what stands in it'])
  t.strictSame(await dangersOf(new Response('a secret', { headers: { 'set-cookie': 'a=b' } }), ['secret']), [
    ...['has set-cookie', 'cache-control is null, not no-store', 'x-content-type-options is null, not nosniff'],
    'a secret is in the body'
  ])
})

t.teardown(() => keepTally('operations', tallies))
