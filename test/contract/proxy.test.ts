// The same requests through Prism, which refuses what openapi.yaml does not say.
import { connect, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { startPrism } from '../helpers/prism.ts'
import { brokenRequests, cases, notProxied, routeOf } from './cases.ts'
import { readContract } from './document.ts'
import { keepTally, type Tally } from './tally.ts'

/** A door that leads to whichever server is under test: Prism is slow to start, and knows but one. */
async function openDoor(t: Test) {
  let target = ''
  const sockets = new Set<Socket>()
  const server = createServer(inside => {
    const { hostname, port } = new URL(target)
    const outside = connect(Number(port), hostname)
    for (const socket of [inside, outside]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket))
    }
    inside.pipe(outside).pipe(inside)
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  const close = () => {
    for (const socket of sockets) socket.destroy()
  }
  t.teardown(() => {
    close()
    server.close()
  })
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    leadTo(origin: string) {
      // A connection kept alive would still lead to the server before.
      if (origin !== target) close()
      target = origin
    }
  }
}

t.test('Prism finds no violation in any case, and would find one', async t => {
  const door = await openDoor(t)
  const prism = await startPrism(t, 'openapi.yaml', door.origin)
  const throughPrism = (url: string) => {
    const { origin, pathname } = new URL(url)
    door.leadTo(origin)
    // Wix puts its path behind whatever slash there is; openapi.yaml knows one slash.
    return `${prism}${pathname.replace(/\/$/, '')}`
  }
  const tallies: Tally[] = []

  for (const { operationId, status } of readContract('openapi.yaml').statuses) {
    const what = `${operationId} ${status}`
    if (notProxied.has(what)) continue
    await t.test(what, async t => {
      const answers = (await cases[what]?.(routeOf(t, throughPrism))) ?? []
      const violations: string[] = []
      for (const answer of answers) {
        const violation =
          answer.headers.has('sl-violations') || answer.headers.get('content-type') === 'application/problem+json'
        if (brokenRequests.has(what)) {
          t.ok(violation, 'Prism agrees that the request is wrong')
          continue
        }
        if (status !== 'default') t.equal(answer.status, status)
        if (violation) violations.push(await answer.text())
      }
      t.strictSame(violations, [])
      tallies.push({ what, kind: 'proxied', requests: answers.length, violations: violations.length })
    })
  }

  await t.test('a server that answers something else is found out', async t => {
    const { createServer } = await import('node:http')
    const liar = createServer((_request, response) =>
      response.setHeader('content-type', 'application/json').end('{"status":"splendid"}')
    ).listen(0, '127.0.0.1')
    t.teardown(() => liar.close())
    await new Promise(resolve => liar.once('listening', resolve))
    const address = liar.address()
    const answer = await fetch(
      throughPrism(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/health/live`)
    )
    t.equal(answer.headers.get('content-type'), 'application/problem+json')
    t.match(await answer.text(), /VIOLATIONS/)
    liar.closeAllConnections()
  })
  keepTally('proxy', tallies)
})
