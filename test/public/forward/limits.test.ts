// What is passed on has its own limits: of time, of number, of size; failures are told in our form, and nothing is left hanging.
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { errorOf, startBridge } from '../../helpers/bridge.ts'
import { openRaw, sendRaw } from '../../helpers/raw-socket.ts'
import { startTarget } from '../../helpers/target.ts'

async function start(t: Test, options: Parameters<typeof startTarget>[1] = {}, forward: object = {}, server?: object) {
  const target = await startTarget(t, options)
  const bridge = await startBridge(t, { forward: { to: target.url, ...forward }, ...(server && { server }) })
  const { origin } = new URL(bridge.service.publicUrl)
  const invoke = (init: RequestInit = {}) => fetch(`${origin}/v1/invoke`, { method: 'POST', body: 'hello', ...init })
  const lines = () => bridge.log.map(line => JSON.parse(line)).filter(({ msg }) => msg === 'passed on')
  return { target, bridge, origin, invoke, lines }
}

/** A server of bytes, for answers that no HTTP library would give. */
async function startRawTarget(t: Test, answer: string): Promise<string> {
  const server = createServer(socket => socket.on('error', () => {}).once('data', () => socket.end(answer, 'latin1')))
  server.listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  t.teardown(() => server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

t.test('a late answer is 504, on time and whatever the call waited for, and the target is told', async t => {
  const { target, invoke, lines, origin } = await start(t, { answer: () => {} }, { timeout: '200ms' })
  const started = performance.now()
  t.match(await errorOf(await invoke()), { status: 504, code: 'FORWARD_TIMEOUT', wellFormed: true })
  const tookMs = performance.now() - started
  t.ok(tookMs >= 190 && tookMs < 900, `${tookMs} ms`)
  while (target.torn < 1) await sleep(5)
  const slow = await sendRaw(origin, 'POST /v1/slow HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc')
  t.match(slow, /^HTTP\/1\.1 504 [\s\S]*\r\nconnection: close\r\n/i, 'a body that does not come to its end')
  t.match(lines(), [
    { level: 'warn', path: 'v1/invoke', status: 504, bytesIn: 5, bytesOut: 0, code: 'FORWARD_TIMEOUT' },
    { level: 'warn', path: 'v1/slow', status: 504, bytesIn: 3 }
  ])
  t.equal(target.seen.filter(({ complete }) => complete).length, 1)
})

t.test('a server that is not there, hangs up or talks nonsense is 502, and our own form of it', async t => {
  const { invoke, lines } = await start(t, { answer: request => request.socket.destroy() })
  t.match(await errorOf(await invoke()), { status: 502, code: 'FORWARD_FAILED', wellFormed: true })
  t.match(lines(), [{ level: 'warn', status: 502, code: 'FORWARD_FAILED', reason: 'UND_ERR_SOCKET' }])
  const answers = {
    'no HTTP': 'SSH-2.0-OpenSSH\r\n',
    'half a head': 'HTTP/1.1 200 OK\r\ncontent-le',
    'a status that is none': 'HTTP/1.1 99 X\r\ncontent-length: 0\r\n\r\n',
    'a switch of protocols': 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    'two lengths': 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
    'another coding': 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    'too many headers': `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}\r\n`,
    nothing: ''
  }
  for (const [name, answer] of Object.entries(answers)) {
    const { service, log } = await startBridge(t, { forward: { to: await startRawTarget(t, answer) } })
    const error = await errorOf(await fetch(`${service.publicUrl}v1/invoke`, { method: 'POST' }))
    t.match(error, { status: 502, code: 'FORWARD_FAILED', wellFormed: true }, name)
    t.notMatch(log.join(''), /OpenSSH|node_modules| {4}at /, 'nothing of what it sent, and no stack')
  }
  for (const to of [
    'http://127.0.0.1:9',
    'http://nowhere.invalid',
    `https://127.0.0.1:${new URL((await start(t)).target.url).port}`
  ]) {
    const { service } = await startBridge(t, { forward: { to } })
    const answer = await fetch(`${service.publicUrl}v1/invoke`, { method: 'POST', body: 'a'.repeat(1_000_000) })
    t.match(await errorOf(answer), { status: 502, code: 'FORWARD_FAILED', wellFormed: true }, to)
  }
})

t.test('an answer that stops half-way never ends well-formed', async t => {
  const halves = {
    length: 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc',
    chunks: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n'
  }
  for (const [name, half] of Object.entries(halves)) {
    const { service, log } = await startBridge(t, { forward: { to: await startRawTarget(t, half) } })
    const answer = await sendRaw(service.publicUrl, 'POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n').catch(
      () => 'reset'
    )
    t.notMatch(answer, /\r\n0\r\n\r\n$/, name)
    await t.rejects(
      fetch(`${service.publicUrl}x`, { method: 'POST' }).then(answer => answer.text()),
      name
    )
    while (log.filter(line => line.includes('passed on')).length < 2) await sleep(5)
    t.match(log.join(''), /"status":200,.*"bytesOut":3,"code":"FORWARD_FAILED","reason"/)
  }
})

t.test('an answer that pauses too long, or is not read, is torn', async t => {
  const { target, invoke, origin, lines } = await start(
    t,
    {
      answer(request, response) {
        response.write('first')
        if (request.url === '/flood') response.write(Buffer.alloc(50_000_000))
      }
    },
    { timeout: '300ms' }
  )
  await t.rejects(invoke().then(answer => answer.text()))
  while (lines().length === 0) await sleep(5)
  t.match(lines(), [{ status: 200, bytesOut: 5, code: 'FORWARD_TIMEOUT' }])
  const reader = openRaw(origin)
  reader.on('error', () => {})
  reader.write('POST /flood HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n')
  reader.pause()
  while (target.torn < 2 || target.sockets.size > 0) await sleep(10)
  reader.destroy()
})

t.test('an answer that takes long but never pauses long comes whole', async t => {
  const { invoke } = await start(
    t,
    {
      answer: async (_request, response) => {
        for (let piece = 0; piece < 8; piece++) {
          response.write(`${piece}`)
          await sleep(100)
        }
        response.end()
      }
    },
    { timeout: '400ms' }
  )
  t.equal(await (await invoke()).text(), '01234567')
})

t.test('an answer that does not wait for the body is passed on, and the connection closed', async t => {
  const { origin, target } = await start(t, { meet: (_request, response) => response.writeHead(403).end('no') })
  const answer = await sendRaw(origin, 'POST /x HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\nabc')
  t.match(answer, /^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*\r\nconnection: close\r\n[\s\S]*no\r\n0\r\n\r\n$/i)
  t.equal(target.seen.length, 1)
})

t.test(
  'calls beyond forward.maxConcurrentCalls get 429, each server for itself; quota calls are not counted',
  async t => {
    const [slow, quick] = [await startTarget(t, { answer: () => {} }), await startTarget(t)]
    const { service, log, call, docspace, wix } = await startBridge(t, {
      server: { maxConcurrentCalls: 1 },
      forward: [
        { basePath: '/', to: slow.url, maxConcurrentCalls: 2 },
        { basePath: '/quick/', to: quick.url }
      ]
    })
    const abort = new AbortController()
    const invoke = (path = 'v1/invoke') =>
      fetch(`${service.publicUrl}${path}`, { method: 'POST', body: 'hello', signal: abort.signal })
    const waiting = [invoke(), invoke()].map(call => call.catch(() => 'gone'))
    while (slow.seen.length < 2) await sleep(5)
    const third = await invoke()
    t.equal(third.headers.get('retry-after'), '1')
    const text = await third.clone().text()
    t.match(await errorOf(third), { status: 429, code: 'RATE_LIMITED', wellFormed: true })
    t.match(text, /raise forward\.maxConcurrentCalls/)
    t.match(log.join(''), /"status":429,/)
    t.equal((await invoke('quick/x')).status, 200)
    t.equal((await call('send-email')).status, 200)
    docspace.delayMs = 300
    const quota = call('create-room')
    while (docspace.calls.length === 0) await sleep(5)
    const body = await wix.sign(wix.payload({ actionKey: 'send-email' }))
    t.equal(
      (await fetch(`${service.publicUrl}quick/v1/quota-info`, { method: 'POST', body })).status,
      429,
      'server.maxConcurrentCalls is one number for all base paths'
    )
    t.equal((await invoke('quick/x')).status, 200, 'nor does a full house of quota calls matter')
    t.equal((await quota).status, 200)
    abort.abort()
    t.strictSame(await Promise.all(waiting), ['gone', 'gone'])
    while (slow.torn < 2) await sleep(5)
    t.pass('the target is told that nobody waits')
  }
)

t.test('quota calls keep their own limits beside what is passed on', async t => {
  const { bridge, origin, target } = await start(t)
  t.match(await errorOf(await bridge.post('a'.repeat(65_537))), {
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    wellFormed: true
  })
  const started = performance.now()
  const late = await sendRaw(origin, 'POST /v1/quota-info HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc')
  t.match(late, /^HTTP\/1\.1 408 Request Timeout\r\n[\s\S]*"INVALID_REQUEST"/)
  const tookMs = performance.now() - started
  t.ok(tookMs > 9_900 && tookMs < 15_000, `${tookMs} ms`)
  t.equal(target.seen.length, 0)
})

t.test('when the service stops, calls under way are answered, and so is what comes on their connections', async t => {
  const { target, bridge, origin, invoke } = await start(t, {
    answer: async (request, response) => {
      await sleep(request.url === '/slow' ? 400 : 0)
      response.end(Buffer.alloc(1_000_000, 'a'))
    }
  })
  const kept = openRaw(origin)
  const hungUp = new Promise(resolve => kept.once('close', resolve))
  let text = ''
  kept.on('data', chunk => {
    text += chunk
  })
  kept.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n')
  const slow = fetch(`${origin}/slow`, { method: 'POST', body: 'hello' })
  while (target.seen.length < 2) await sleep(5)
  const closing = bridge.service.close()
  const started = performance.now()
  kept.write('GET /quick HTTP/1.1\r\nhost: x\r\n\r\n')
  t.equal((await (await slow).bytes()).length, 1_000_000)
  await t.rejects(invoke(), 'no new connection is taken')
  await Promise.all([closing, hungUp])
  const tookMs = performance.now() - started
  t.ok(tookMs < 5000, `${tookMs} ms`)
  const [first, second] = text.split('HTTP/1.1 200 OK').slice(1)
  for (const answer of [first, second]) t.match(answer, /\r\n\r\na{1000000}$/)
  t.match(second, /\r\nConnection: close\r\n/)
  while (target.sockets.size > 0) await sleep(5)
  t.pass('and the target is let go of')
})
