// What is passed on arrives as it was sent, and its answer comes back as it was given.
import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { errorOf, startBridge } from '../../helpers/bridge.ts'
import { sendRaw } from '../../helpers/raw-socket.ts'
import { sha256, startTarget } from '../../helpers/target.ts'

async function start(t: Test, options: Parameters<typeof startTarget>[1] = {}, forward: object = {}) {
  const target = await startTarget(t, options)
  const bridge = await startBridge(t, { forward: { to: `${target.url}/wix`, ...forward } })
  const origin = new URL(bridge.service.publicUrl).origin
  return { target, bridge, origin }
}

t.test(
  'whatever is not ours goes on: path, query and method as they are, whether the base URI ends in a slash or not',
  async t => {
    const { target, origin } = await start(t)
    const goes = {
      '/v1/invoke': '/wix/v1/invoke',
      '//v1/invoke': '/wix/v1/invoke',
      "/v1/invoke?x=1&y='%22{}|^&z=%2e%2e%2f": "/wix/v1/invoke?x=1&y='%22{}|^&z=%2e%2e%2f",
      '/v1/invoke?': '/wix/v1/invoke?',
      '/v1/on-save/a%20b;c=1,(d)~!$': '/wix/v1/on-save/a%20b;c=1,(d)~!$',
      '/v1//twice/': '/wix/v1//twice/',
      '/..foo/.well-known/x..y': '/wix/..foo/.well-known/x..y',
      '/': '/wix/'
    }
    for (const [sent, wanted] of Object.entries(goes)) {
      const answer = await sendRaw(
        origin,
        `POST ${sent} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`
      )
      t.match(answer, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nok$/, sent)
      t.equal(target.seen.at(-1)?.url, wanted)
    }
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'QUERY', 'PROPFIND']) {
      const answer = await sendRaw(
        origin,
        `${method} /any HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi`
      )
      t.match(answer, /^HTTP\/1\.1 200/, method)
      t.match(target.seen.at(-1), { method, bytes: 2, sha256: sha256('hi') })
    }
  }
)

t.test(
  'headers keep their spelling, order, repetition and bytes; those of one hop go, and who asked is told',
  async t => {
    const { target, origin } = await start(t)
    await sendRaw(
      origin,
      'POST /v1/invoke HTTP/1.1\r\nHost: quota.example.com\r\nUser-Agent: Wix\r\nX-Two: a\r\nx-two: b\r\nX-Bytes: caf\u00e9 \u0080\r\n',
      'Accept-Encoding: gzip, deflate\r\nContent-Encoding: gzip\r\nX-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\n',
      'Via: 1.1 outer\r\nTE: trailers\r\nTrailer: x-sum\r\nKeep-Alive: timeout=3\r\nProxy-Connection: keep-alive\r\nExpect: 100-continue\r\n',
      'Upgrade: h2c\r\nConnection: close, X-Hop, content-length, host, x-forwarded-for\r\nX-Hop: 1\r\nContent-Length: 3\r\n\r\nabc'
    )
    const [seen] = target.seen
    t.match(seen, { bytes: 3, sha256: sha256('abc') })
    t.strictSame(seen?.rawHeaders.slice(0, 4), ['host', new URL(target.url).host, 'connection', 'keep-alive'])
    t.strictSame(seen?.rawHeaders.slice(4, 16), [
      ...['User-Agent', 'Wix', 'X-Two', 'a', 'x-two', 'b', 'X-Bytes', 'caf\u00e9 \u0080'],
      ...['Accept-Encoding', 'gzip, deflate', 'Content-Encoding', 'gzip']
    ])
    const { via, 'x-forwarded-for': forwardedFor, ...rest } = seen?.headers ?? {}
    t.match(via, /^1\.1 outer, 1\.1 quota-bridge-[0-9a-f]{8}$/)
    t.equal(forwardedFor, '203.0.113.7, 127.0.0.1')
    t.match(rest, { 'x-forwarded-host': 'quota.example.com', 'x-forwarded-proto': 'https', 'content-length': '3' })
    for (const name of ['te', 'trailer', 'keep-alive', 'proxy-connection', 'expect', 'upgrade', 'x-hop'])
      t.notOk(name in rest, name)
  }
)

t.test('a body arrives bit for bit, whatever its length, framing and type', async t => {
  const { target, bridge } = await start(t, { answer: (_request, response, seen) => response.end(seen.sha256) })
  const random = randomBytes(10 * 1024 ** 2)
  const bodies = [0, 1, 100, 65_536, 65_537, 1_000_000, random.length].map(length => random.subarray(0, length))
  for (const body of [...bodies, gzipSync('hello'.repeat(1000))]) {
    for (const type of ['text/plain; charset=utf-8', 'application/json', ';;;', undefined]) {
      const answer = await fetch(`${bridge.service.publicUrl}v1/invoke`, {
        method: 'POST',
        headers: { ...(type && { 'content-type': type }), 'content-encoding': 'gzip' },
        body
      })
      t.equal(await answer.text(), sha256(body), `${body.length} bytes of ${type}`)
      t.match(target.seen.at(-1), { bytes: body.length, headers: { 'content-length': String(body.length) } })
    }
    const chunked = await fetch(`${bridge.service.publicUrl}v1/invoke`, {
      method: 'POST',
      duplex: 'half',
      body: new Blob([body]).stream()
    })
    t.equal(await chunked.text(), sha256(body), `${body.length} bytes in chunks`)
  }
})

t.test('the answer comes back as it was given: odd statuses, reasons, repeated headers, bytes', async t => {
  const { bridge, origin } = await start(t, {
    answer(request, response) {
      const status = Number(/\d+/.exec(request.headers['x-status']?.toString() ?? '')?.[0])
      response.sendDate = false
      response.writeHead(status, `Reason ${status}`, [
        ...[
          'Set-Cookie',
          'a=1; Path=/',
          'set-cookie',
          'b=2',
          'X-Bytes',
          'caf\u00e9',
          'Location',
          '/else where',
          'Date',
          'today'
        ],
        ...[
          'Connection',
          'X-Hop',
          'X-Hop',
          '1',
          'Keep-Alive',
          'timeout=5',
          'Cache-Control',
          'max-age=60',
          'Content-Length',
          '3'
        ]
      ])
      response.end(Buffer.from('abc'))
    }
  })
  for (const status of [200, 201, 204, 206, 299, 301, 302, 304, 307, 400, 401, 418, 429, 500, 503, 599, 600, 999]) {
    const answer = await sendRaw(
      origin,
      `POST /v1/invoke HTTP/1.1\r\nhost: x\r\nx-status: ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`
    )
    const [head = '', body] = answer.split('\r\n\r\n')
    t.strictSame(
      head.split('\r\n'),
      [
        `HTTP/1.1 ${status} Reason ${status}`,
        ...['Set-Cookie: a=1; Path=/', 'set-cookie: b=2', 'X-Bytes: caf\u00e9', 'Location: /else where', 'Date: today'],
        ...['Cache-Control: max-age=60', 'Content-Length: 3', 'Connection: close']
      ],
      `${status}`
    )
    t.equal(body, [204, 304].includes(status) ? '' : 'abc', `${status}`)
  }
  const head = await sendRaw(origin, 'HEAD /x HTTP/1.1\r\nhost: x\r\nx-status: 200\r\nconnection: close\r\n\r\n')
  t.match(head, /\r\nContent-Length: 3\r\n[\s\S]*\r\n\r\n$/, 'HEAD')
  const redirect = await fetch(`${bridge.service.publicUrl}x`, { headers: { 'x-status': '302' }, redirect: 'manual' })
  t.equal(redirect.headers.get('location'), '/else where', 'a redirect is not followed')
})

t.test('compressed, chunked and endless answers come back bit for bit, and interim ones too', async t => {
  const bytes = randomBytes(3_000_000)
  const { bridge, origin } = await start(t, {
    answer(request, response) {
      if (request.url?.endsWith('gzip')) {
        response.writeHead(200, { 'content-encoding': 'gzip' })
        response.end(gzipSync(bytes))
      } else if (request.url?.endsWith('until-close')) {
        request.socket.end(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), bytes]))
      } else if (request.url?.endsWith('early')) {
        response.writeEarlyHints({ link: '</a.css>; rel=preload' })
        response.writeProcessing()
        response.end('late')
      } else {
        for (let at = 0; at < bytes.length; at += 100_000) response.write(bytes.subarray(at, at + 100_000))
        response.end()
      }
    }
  })
  for (const path of ['chunked', 'gzip', 'until-close']) {
    const answer = await fetch(`${bridge.service.publicUrl}${path}`, { method: 'POST' })
    t.equal(sha256(await answer.bytes()), sha256(bytes), path)
  }
  const early = await sendRaw(origin, 'GET /early HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  t.match(
    early,
    /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload\r\n\r\nHTTP\/1\.1 102 Processing\r\n\r\nHTTP\/1\.1 200 OK\r\n/
  )
  const old = await sendRaw(origin, 'GET /early HTTP/1.0\r\nhost: x\r\n\r\n')
  t.match(old, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nlate$/, 'HTTP/1.0 knows no interim answers, and no chunks')
})

t.test('one line in the log says of each call where it went and what it cost, and nothing of what it held', async t => {
  const { bridge } = await start(t, {
    answer: (_request, response) => response.writeHead(201).end('recognisable answer')
  })
  await fetch(`${bridge.service.publicUrl}v1/invoke?secret=recognisable`, {
    method: 'POST',
    headers: { 'x-secret': 'recognisable' },
    body: 'recognisable body'
  })
  const lines = bridge.log.map(line => JSON.parse(line)).filter(({ path }) => path)
  t.match(lines, [
    {
      level: 'info',
      msg: 'passed on',
      basePath: '/',
      path: 'v1/invoke',
      status: 201,
      ms: Number,
      bytesIn: 17,
      bytesOut: 19
    }
  ])
  t.equal(lines.length, 1)
  t.notMatch(bridge.log.join(''), /recognisable/)
})

t.test('with a list, each base path leads to its own server and answers quota calls; the longest wins', async t => {
  const [mail, sms, other] = await Promise.all([startTarget(t), startTarget(t), startTarget(t)])
  const { service, wix } = await startBridge(t, {
    forward: [
      { basePath: '/email/', to: mail.url },
      { basePath: '/email/sms', to: `${sms.url}/hooks/` },
      { basePath: '/', to: other.url }
    ]
  })
  const { origin } = new URL(service.publicUrl)
  const post = async (path: string) => {
    const body = await wix.sign(wix.payload({ actionKey: 'send-email' }))
    return fetch(`${origin}${path}`, { method: 'POST', body })
  }
  for (const path of ['/email//v1/invoke', '/email/sms/v1/invoke', '/emails/v1/invoke', '/v1/invoke', '/%65mail/x'])
    t.equal((await post(path)).status, 200, path)
  t.strictSame(
    mail.seen.map(({ url }) => url),
    ['/v1/invoke', '/x']
  )
  t.strictSame(
    sms.seen.map(({ url }) => url),
    ['/hooks/v1/invoke']
  )
  t.strictSame(
    other.seen.map(({ url }) => url),
    ['/emails/v1/invoke', '/v1/invoke']
  )
  for (const base of ['/email', '/email/sms', '']) {
    const answer = await post(`${base}/v1/quota-info`)
    t.equal(answer.status, 200)
    t.match(await answer.json(), { actionQuotaInfo: { enforced: true } }, base)
  }
  t.equal(mail.seen.length + sms.seen.length + other.seen.length, 5)
})

t.test('what stands below no base path is answered with 404', async t => {
  const target = await startTarget(t)
  const { service } = await startBridge(t, { forward: [{ basePath: '/email/', to: target.url }] })
  const answer = await fetch(`${new URL(service.publicUrl).origin}/sms/v1/invoke`, { method: 'POST' })
  t.match(await errorOf(answer), { status: 404, code: 'NOT_FOUND', wellFormed: true })
  t.equal(target.seen.length, 0)
})
