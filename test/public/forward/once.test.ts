// A call is made once, whatever becomes of the connection: `invoke` sends the e-mail.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startBridge } from '../../helpers/bridge.ts'
import { freePort } from '../../helpers/free-port.ts'
import { run } from '../../helpers/process.ts'
import { startTarget } from '../../helpers/target.ts'

t.test('no status and no method makes a call be repeated', async t => {
  const target = await startTarget(t, {
    answer: (request, response) => response.writeHead(Number(request.url?.slice(1)), { 'retry-after': '0' }).end()
  })
  const { service } = await startBridge(t, { forward: { to: target.url } })
  let calls = 0
  for (const status of [408, 425, 429, 500, 502, 503, 504]) {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'POST']) {
      t.equal((await fetch(`${service.publicUrl}${status}`, { method })).status, status)
      t.equal(target.seen.length, ++calls, `${method} ${status}`)
    }
  }
})

t.test('a call on a connection that died while idle, or dies of the call, is not sent again', async t => {
  const target = await startTarget(t, {
    meet(request, response) {
      if (request.url === '/die') request.socket.resetAndDestroy()
      else response.end('ok')
    }
  })
  const { service } = await startBridge(t, { forward: { to: target.url } })
  const send = async (path: string, init: RequestInit) => {
    const before = target.seen.length
    const { status } = await fetch(`${service.publicUrl}${path}`, init)
    return [status, target.seen.length - before]
  }
  const bodies: RequestInit[] = [{ method: 'GET' }, { method: 'POST' }, { method: 'POST', body: 'a'.repeat(200_000) }]
  for (const init of bodies) {
    for (const how of ['resetAndDestroy', 'destroy', 'end'] as const) {
      t.strictSame(await send('warm', init), [200, 1])
      // In the same turn as the next call, so that it may be written before the news arrives.
      for (const socket of target.sockets) socket[how]()
      const [status, times] = await send('next', init)
      t.ok(
        (status === 200 && times === 1) || (status === 502 && times === 0),
        `${how}: ${status}, received ${times} times`
      )
    }
    await send('warm', init)
    t.strictSame(await send('die', init), [502, 1], 'a kept connection dies of the call')
    t.strictSame(await send('die', init), [502, 1], 'so does a new one')
  }
})

t.test(
  'a target that is killed in the middle of 200 calls, restarted and reset receives each at most once',
  async t => {
    const file = join(t.testdir(), 'received')
    const port = await freePort()
    const startTarget = async () => {
      const target = run(t, 'test/helpers/counting-target.ts', [String(port), file, '30'])
      await target.until(/listening/)
      return target
    }
    const received = () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [])
    let target = await startTarget()
    const { service } = await startBridge(t, { forward: { to: `http://127.0.0.1:${port}`, timeout: '10s' } })
    const statuses: number[] = []
    let gone = false
    const call = async (id: number) => {
      const headers = { 'x-call': String(id) }
      const answer = await fetch(`${service.publicUrl}v1/invoke`, { method: 'POST', headers, body: 'a'.repeat(50_000) })
      await answer.text()
      statuses[id] = answer.status
    }
    const calls = (async () => {
      let next = 0
      const caller = async () => {
        while (next < 200) {
          await call(next++)
          while (gone) await sleep(5)
        }
      }
      await Promise.all(Array.from({ length: 20 }, caller))
    })()
    while (received().length < 50) await sleep(2)
    gone = true
    target.child.kill('SIGKILL')
    await target.ended
    for (const id of [200, 201, 202]) await call(id)
    target = await startTarget()
    gone = false
    while (received().length < 100) await sleep(2)
    for (let time = 0; time < 5; time++) {
      target.child.kill('SIGUSR2')
      await sleep(20)
    }
    await calls
    const ids = received()
    t.equal(new Set(ids).size, ids.length, 'none was received twice')
    t.equal(statuses.length, 203)
    t.strictSame(statuses.slice(200), [502, 502, 502], 'nobody is there')
    t.ok(
      statuses.every(status => status === 200 || status === 502),
      'each caller got the answer or 502'
    )
    for (const [id, status] of statuses.entries()) if (status === 200) t.ok(ids.includes(String(id)))
    t.comment(
      `answered ${statuses.filter(status => status === 200).length}, 502 ${statuses.filter(status => status === 502).length}, received ${ids.length}`
    )
  }
)
