// quota-bridge preview, run as an operator runs it beside a service.
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import t from 'tap'
import { stringify } from 'yaml'
import { MANAGEMENT_TOKEN, startBridge } from '../helpers/bridge.ts'
import { SOUND } from '../helpers/examine.ts'
import { freePort } from '../helpers/free-port.ts'
import { run, SOURCES } from '../helpers/process.ts'

async function command(dir: string, management: object | undefined, ...args: string[]) {
  const file = `${dir}/quota-bridge.yaml`
  const { management: _left, ...sound } = { ...SOUND, management: undefined }
  writeFileSync(file, stringify({ ...sound, ...(management && { management }) }))
  const ran = run(t, SOURCES, ['preview', '--config', file, ...args])
  return { code: await ran.ended, out: ran.stdout(), err: ran.stderr() }
}

t.test('a link that opens the running service, found by the configuration or by --url', async t => {
  const dir = t.testdir()
  const { service, get } = await startBridge(t, { management: { token: MANAGEMENT_TOKEN } })
  const { port, origin } = new URL(service.managementUrl ?? '')
  for (const [management, ...args] of [
    [{ host: '0.0.0.0', port: Number(port), token: MANAGEMENT_TOKEN }],
    [{ token: MANAGEMENT_TOKEN }, '--url', `${origin}/`]
  ] as const) {
    const { code, out, err } = await command(dir, management, ...args)
    t.equal(code, 0, err)
    const [, link = ''] = /^http:\/\/127\.0\.0\.1:\d+\/preview#(\S+)\n$/.exec(out) ?? []
    t.match(err, /^Open it before \S+Z\. It works once\.\n$/)
    const opened = await get('management', 'v1/sessions', {
      method: 'POST',
      headers: { authorization: `Bearer ${link}` }
    })
    t.equal(opened.status, 201)
    t.notOk(`${out}${err}`.includes(MANAGEMENT_TOKEN))
  }
})

t.test('what cannot be done is told, with what to do, and no token is', async t => {
  const dir = t.testdir()
  const { service } = await startBridge(t, { management: { token: MANAGEMENT_TOKEN } })
  const { origin } = new URL(service.managementUrl ?? '')
  const other = await freePort()
  const server = createServer((_request, response) => response.end('hello')).listen(other, '127.0.0.1')
  t.teardown(() => server.close())
  const elsewhere = `http://127.0.0.1:${other}`
  const token = 'another-token-for-tests'
  const port = await freePort()
  for (const [management, args, exitCode, sentence] of [
    [undefined, [], 1, /^The configuration .* has no section management:, so there is no page\.\n$/],
    [{ token }, ['--url', origin], 1, /does not take the token of this configuration\.\n$/],
    [{ token }, ['--url', elsewhere], 1, /\(200\) is no management listener of Quota Bridge\.\n$/],
    [{ token, host: '::1', port }, [], 1, /^Nothing answers at http:\/\/\[::1\]:\d+\. Is the service running\?/],
    [{ token: 'short' }, [], 2, /management\.token/],
    [
      { token },
      ['--url', 'ftp://example.com'],
      2,
      /^--url takes an address such as http:\/\/127\.0\.0\.1:8081, not ftp:/
    ]
  ] as const) {
    const { code, out, err } = await command(dir, management, ...args)
    t.equal(code, exitCode, err)
    t.match(err, sentence)
    t.equal(out, '')
    t.notOk(err.includes(token))
  }
})
