// Whoever tries out tokens is slowed down, and seen.
import t from 'tap'
import { errorOf, MANAGEMENT_TOKEN, startBridge } from '../helpers/bridge.ts'

t.test(
  'after 20 wrong tokens in a minute an address is refused, whatever it sends; the log tells of the first and counts',
  async t => {
    const { get, log } = await startBridge(t, { management: { token: MANAGEMENT_TOKEN }, logLevel: 'warn' })
    const ask = (token: string) => get('management', 'openapi.yaml', { headers: { authorization: `Bearer ${token}` } })
    t.equal((await ask(MANAGEMENT_TOKEN)).status, 200)
    for (let tries = 0; tries < 20; tries++) {
      t.match(await errorOf(await ask(`a-wrong-token-${tries}`)), { status: 401, code: 'UNAUTHORIZED' })
    }
    const refused = await ask(MANAGEMENT_TOKEN)
    t.equal(refused.headers.get('retry-after'), '60')
    t.match(await errorOf(refused), { status: 429, code: 'RATE_LIMITED', wellFormed: true })
    t.equal((await get('management', 'health/live')).status, 200, 'what needs no token is answered')
    const lines = log.map(line => JSON.parse(line)).filter(({ msg }) => /without a right token/.test(msg))
    t.match(lines, [{ level: 'warn', address: '127.0.0.1', calls: 1 }])
    t.equal(lines.length, 1)
  }
)
