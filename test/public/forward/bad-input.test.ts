// Whatever is thrown at the way to the maker's server: nothing but what stands below `to` is reached, and the next call is answered.
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { startBridge } from '../../helpers/bridge.ts'
import { openRaw, sendOnThenRead, sendRaw, statusOf } from '../../helpers/raw-socket.ts'
import { startTarget } from '../../helpers/target.ts'

async function start(t: Test, forward: object = {}) {
  const target = await startTarget(t)
  const bridge = await startBridge(t, {
    forward: { to: `${target.url}/wix`, ...forward },
    management: { token: 'a-token-for-tests' }
  })
  const { origin } = new URL(bridge.service.publicUrl)
  /** A good call, after all that. */
  const works = async () => {
    target.seen.length = 0
    const answer = await fetch(`${origin}/v1/invoke`, { method: 'POST', body: 'hello' })
    t.equal(await answer.text(), 'ok', 'the next call is answered')
    t.match(target.seen, [{ url: '/wix/v1/invoke', bytes: 5 }])
    t.equal((await bridge.call('send-email')).status, 200, 'and so is a quota call')
  }
  return { target, bridge, origin, works }
}

const HEAD = 'host: x\r\nconnection: close\r\n'

t.test('no spelling of a path leaves what stands below `to`, and none of our pages reaches the maker', async t => {
  const { target, origin, works } = await start(t)
  for (const path of [
    ...[
      '/../secret',
      '/%2e%2e/secret',
      '/a/..%2fsecret',
      '/a%2f..',
      '/%252e%252e/x',
      '/..;/x',
      '/\\..\\x',
      '/a%5cb',
      '/%c0%ae%c0%ae/'
    ],
    ...[
      'http://evil.example/v1/invoke',
      'HTTP://evil.example/../x',
      '*',
      '/a#b',
      '/%00',
      '/%',
      '/%zz',
      '/a"b',
      '/caf\u00e9'
    ],
    ...[
      '/v1/quota-info',
      '/V1/Quota-Info',
      '/v1/quota-info/x',
      '/v1/quota-info;x',
      '/v1/app-events/x',
      '/v1/upgrade/token',
      '/v1/upgrade'
    ],
    ...['/health/ready', '/health', '/Health/live', `/v1/upgrade/${'a'.repeat(600)}`]
  ]) {
    for (const method of ['PUT', 'GET', 'DELETE']) {
      const answer = await sendRaw(origin, `${method} ${path} HTTP/1.1\r\n${HEAD}content-length: 0\r\n\r\n`)
      t.ok([400, 404].includes(statusOf(answer)), `${method} ${path} ${statusOf(answer)}`)
      t.match(answer, /"applicationError":\{"code":"(INVALID_REQUEST|NOT_FOUND)"/, path)
    }
  }
  t.equal(target.seen.length, 0)
  await works()
})

t.test("the host is the target's own, whatever the caller says", async t => {
  const { target, origin, works } = await start(t)
  for (const host of ['evil.example', '127.0.0.1:8081', '', '[::1]', 'a b']) {
    await sendRaw(origin, `POST /v1/invoke HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
  }
  await sendRaw(origin, 'POST /v1/invoke HTTP/1.0\r\ncontent-length: 0\r\n\r\n')
  for (const seen of target.seen) {
    t.equal(seen.headers.host, new URL(target.url).host)
    t.match(seen.url, '/wix/v1/invoke')
  }
  t.ok(target.seen.length >= 4)
  const two = await sendRaw(
    origin,
    'POST /v1/invoke HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'
  )
  t.ok([200, 400].includes(statusOf(two)))
  await works()
})

t.test('headers cannot change where a body ends: what is smuggled stays in the body, or is refused', async t => {
  const { target, origin, works } = await start(t)
  const inner = 'POST /v1/inner HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n'
  const heads = {
    'both lengths': `content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
    'two content lengths': `content-length: 3\r\ncontent-length: 4\r\n\r\nabcd`,
    'a signed length': `content-length: +3\r\n\r\nabc`,
    'a list of lengths': `content-length: 3, 3\r\n\r\nabc`,
    'a length in hex': `content-length: 0x3\r\n\r\nabc`,
    'another coding': `transfer-encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
    'chunked not last': `transfer-encoding: chunked, identity\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
    'chunked twice': `transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
    'chunked misspelled': `transfer-encoding: xchunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
    'a folded header': `transfer-encoding:\r\n chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
    'a space before the colon': `content-length : 3\r\n\r\nabc`,
    'a chunk size beyond measure': `transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n0\r\n\r\n`,
    'a bare line feed': `content-length: 3\nx: y\r\n\r\nabc`
  }
  for (const [name, head] of Object.entries(heads)) {
    const answer = await sendRaw(origin, `POST /v1/outer HTTP/1.1\r\n${HEAD}${head}`)
    t.equal(statusOf(answer), 400, name)
  }
  t.notOk(
    target.seen.some(({ complete }) => complete),
    'no such call was completed'
  )
  target.seen.length = 0
  for (const listed of ['content-length', 'transfer-encoding', 'host', 'connection', 'x-forwarded-for, via', ', ,;=']) {
    await sendRaw(
      origin,
      `POST /v1/outer HTTP/1.1\r\nhost: x\r\nconnection: close, ${listed}\r\ncontent-length: ${inner.length}\r\n\r\n${inner}`
    )
    await sendRaw(
      origin,
      `POST /v1/outer HTTP/1.1\r\nhost: x\r\nconnection: close, ${listed}\r\ntransfer-encoding: chunked\r\n\r\n${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`
    )
  }
  await sendRaw(origin, `GET /v1/outer HTTP/1.1\r\n${HEAD}content-length: ${inner.length}\r\n\r\n${inner}`)
  t.strictSame(
    new Set(target.seen.map(({ url, bytes }) => `${url} ${bytes}`)),
    new Set([`/wix/v1/outer ${inner.length}`])
  )
  await works()
})

t.test('upgrades are not made, tunnels not opened, and TRACE is refused', async t => {
  const { target, origin, works } = await start(t)
  const upgrade = await sendRaw(
    origin,
    'GET /v1/socket HTTP/1.1\r\nhost: x\r\nconnection: close, upgrade\r\nupgrade: websocket\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n'
  )
  t.equal(statusOf(upgrade), 200, 'goes on as an ordinary call')
  t.notOk('upgrade' in (target.seen[0]?.headers ?? {}))
  t.equal(await sendRaw(origin, `CONNECT ${new URL(target.url).host} HTTP/1.1\r\nhost: x\r\n\r\n`), '')
  const trace = await sendRaw(origin, `TRACE /v1/invoke HTTP/1.1\r\n${HEAD}\r\n`)
  t.match(trace, /^HTTP\/1\.1 400 [\s\S]*its method is TRACE/)
  t.equal(target.seen.length, 1)
  await works()
})

t.test('a body of 1 GB is refused before the target has it, told beforehand or in pieces', async t => {
  const { target, origin, works, bridge } = await start(t)
  const told = await sendRaw(origin, `POST /v1/invoke HTTP/1.1\r\n${HEAD}content-length: 1000000000\r\n\r\n`)
  t.match(told, /^HTTP\/1\.1 413 [\s\S]*"PAYLOAD_TOO_LARGE"[\s\S]*raise forward\.maxBodySize/)
  t.equal(target.seen.length, 0)
  const piece = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(0x100000, 'a'), Buffer.from('\r\n')])
  const socket = openRaw(origin)
  let answer = ''
  let written = 0
  socket.on('data', chunk => {
    answer += chunk
  })
  // The server hangs up while we write.
  const over = new Promise(resolve => socket.on('error', resolve).on('close', resolve))
  socket.write(`POST /v1/invoke HTTP/1.1\r\n${HEAD}transfer-encoding: chunked\r\n\r\n`)
  const pour = () => {
    while (written < 1e9 && !socket.destroyed) {
      written += 0x100000
      if (!socket.write(piece)) return void socket.once('drain', pour)
    }
  }
  pour()
  await over
  t.match(answer, /^HTTP\/1\.1 413 [\s\S]*"PAYLOAD_TOO_LARGE"/)
  t.ok(written < 200_000_000, `only ${written} bytes were taken`)
  const [seen] = target.seen
  t.notOk(seen?.complete)
  t.ok((seen?.bytes ?? 0) <= 10 * 1024 ** 2, 'and none beyond the limit passed on')
  t.match(bridge.log.join(''), /"status":413,.*"code":"PAYLOAD_TOO_LARGE"/)
  await works()
})

t.test('who first sends on and reads then learns why the body was refused', async t => {
  const { origin } = await start(t, { maxBodySize: '64KiB' })
  const head = `POST /v1/invoke HTTP/1.1\r\n${HEAD}transfer-encoding: chunked\r\n\r\n`
  const answer = await sendOnThenRead(origin, head, `8000\r\n${'a'.repeat(0x8000)}\r\n`)
  t.match(answer, /^HTTP\/1\.1 413 [\s\S]*"PAYLOAD_TOO_LARGE"/)
})

t.test('a body exactly as large as allowed goes on, one byte more does not', async t => {
  const { target, origin } = await start(t, { maxBodySize: '64KiB' })
  const post = (body: Blob | Buffer) =>
    fetch(`${origin}/v1/invoke`, { method: 'POST', body: body instanceof Blob ? body.stream() : body, duplex: 'half' })
  for (const bytes of [65_536, 65_537]) {
    const body = Buffer.alloc(bytes, 'a')
    const wanted = bytes === 65_536 ? 200 : 413
    t.equal((await post(body)).status, wanted, `${bytes} told`)
    t.equal((await post(new Blob([body]))).status, wanted, `${bytes} in chunks`)
  }
  t.equal(target.seen.filter(({ complete }) => complete).length, 2)
})

t.test('a body that stops half-way is never completed: the call to the target is torn', async t => {
  const { target, origin, works, bridge } = await start(t)
  for (const framing of ['content-length: 100000', 'transfer-encoding: chunked']) {
    const { port } = new URL(origin)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write(`POST /v1/half HTTP/1.1\r\nhost: x\r\n${framing}\r\n\r\n5\r\nhello\r\n`)
    while (target.seen.length === 0) await sleep(5)
    socket.destroy()
    while (target.torn === 0) await sleep(5)
    t.match(target.seen, [{ url: '/wix/v1/half', complete: false }])
    t.equal(target.seen.length, 1)
    target.seen.length = 0
    target.torn = 0
  }
  t.match(bridge.log.join(''), /"path":"v1\/half","ms":\d+,"bytesIn":\d+,"bytesOut":0,"reason":"the caller hung up"/)
  await works()
})

t.test('a call that comes back here is not sent round for ever', async t => {
  const door = await startTarget(t, {
    answer: async (request, response) => {
      const again = await fetch(`${origin}${request.url}`, {
        method: 'POST',
        headers: { via: request.headers.via ?? '' }
      })
      response.writeHead(again.status, { 'content-type': 'application/json' }).end(await again.text())
    }
  })
  const { service } = await startBridge(t, { forward: { to: door.url } })
  const { origin } = new URL(service.publicUrl)
  const answer = await fetch(`${origin}/v1/invoke`, { method: 'POST' })
  t.equal(answer.status, 502)
  t.match(await answer.json(), { applicationError: { code: 'FORWARD_FAILED', data: { reason: 'loop' } } })
  t.equal(door.seen.length, 1)
})
