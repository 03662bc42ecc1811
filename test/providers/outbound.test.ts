import { lookup } from 'node:dns'
import { createServer } from 'node:http'
import t from 'tap'
import { type Agent, request } from 'undici'
import {
  baseUrlMistake,
  createOutboundAgent,
  guardLookup,
  isPublicAddress,
  type Resolve
} from '../../src/providers/outbound.ts'

const strict = { allowedHosts: ['*.onlyoffice.com', 'docs.example.com'], allowPrivateHosts: false }
const open = { allowedHosts: ['127.0.0.1', '::1', 'localhost', '*.lan'], allowPrivateHosts: true }
const limits = { maxResponseBytes: 1024, connectionsPerOrigin: 2 }

t.test('by default: https, an allowed host, and nothing else in the URL', async t => {
  for (const url of [
    'https://acme.onlyoffice.com',
    'https://acme.onlyoffice.com/',
    'https://a.b.onlyoffice.com',
    'https://docs.example.com',
    'HTTPS://ACME.ONLYOFFICE.COM:443'
  ]) {
    t.equal(baseUrlMistake(url, strict), undefined, url)
  }
  const wrong = {
    acme: /is not a URL/,
    'http://acme.onlyoffice.com': /https:\/\//,
    'ftp://acme.onlyoffice.com': /https:\/\//,
    'https://user@acme.onlyoffice.com': /user name/,
    'https://:secret@acme.onlyoffice.com': /user name/,
    'https://acme.onlyoffice.com/portal': /end after the host/,
    'https://acme.onlyoffice.com/?a': /end after the host/,
    'https://acme.onlyoffice.com/#a': /end after the host/,
    'https://acme.onlyoffice.com:8443': /port/,
    'https://93.184.216.34': /IP address/,
    'https://[2606:2800:220:1::1]': /IP address/,
    'https://0x7f.1': /IP address/,
    'https://onlyoffice.com': /allowedHosts/,
    'https://acme.onlyoffice.com.': /allowedHosts/,
    'https://acme.onlyoffice.com.evil.example': /allowedHosts/,
    'https://evilonlyoffice.com': /allowedHosts/,
    'https://sub.docs.example.com': /allowedHosts/
  }
  for (const [url, message] of Object.entries(wrong)) t.match(baseUrlMistake(url, strict), message, url)
})

t.test('allowPrivateHosts admits http, ports and addresses, of allowed hosts only', async t => {
  for (const url of ['http://127.0.0.1:8092', 'http://[::1]:80', 'http://localhost', 'https://docspace.lan:8443'])
    t.equal(baseUrlMistake(url, open), undefined, url)
  t.match(baseUrlMistake('http://127.0.0.2', open), /allowedHosts/)
  t.match(baseUrlMistake('ftp://localhost', open), /https/)
})

t.test(
  'private, loopback, link-local, metadata and reserved addresses are not public, however they are written',
  async t => {
    for (const address of ['93.184.216.34', '168.63.129.15', '2606:2800:220:1::1'])
      t.ok(isPublicAddress(address), address)
    const inner = [
      '127.0.0.1',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '224.0.0.1',
      '255.255.255.255',
      '::1',
      '::',
      'fe80::1',
      'fd00::1',
      'fd00:ec2::254',
      '::ffff:127.0.0.1',
      '::ffff:a00:1',
      '::127.0.0.1',
      '::10.1.2.3',
      '::5db8:d822',
      '168.63.129.16',
      '::ffff:168.63.129.16',
      '::168.63.129.16',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      'nonsense'
    ]
    for (const address of inner) t.notOk(isPublicAddress(address), address)
  }
)

t.test(
  'a name that leads to this machine is refused when the socket is opened, whatever was checked before',
  async t => {
    const server = createServer((_request, response) => response.end('secret')).listen(0, '127.0.0.1')
    t.teardown(() => server.close())
    await new Promise(resolve => server.once('listening', resolve))
    const address = server.address()
    const url = `http://localhost:${typeof address === 'object' ? address?.port : 0}/`
    const get = (dispatcher: Agent) => request(url, { dispatcher })
    const guarded = createOutboundAgent(strict, limits)
    t.teardown(() => guarded.close())
    await t.rejects(get(guarded), { code: 'HOST_NOT_ALLOWED' })
    const unguarded = createOutboundAgent(open, limits)
    t.teardown(() => unguarded.close())
    t.equal(await (await get(unguarded)).body.text(), 'secret')
  }
)

t.test('a name whose address changes between two look-ups is refused at the second', async t => {
  let requests = 0
  const server = createServer((_request, response) => {
    requests++
    response.end('secret')
  }).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  const url = `http://portal.example:${typeof address === 'object' ? address?.port : 0}/`

  const publicly = [{ address: '93.184.216.34', family: 4 }]
  const here = [{ address: '127.0.0.1', family: 4 }]
  const answers = [publicly, here, [...publicly, ...here], [{ address: '::127.0.0.1', family: 6 }]]
  const asked: string[] = []
  const resolve: Resolve = (hostname, _options, callback) => {
    asked.push(hostname)
    callback(null, answers[asked.length - 1] ?? [])
  }
  const first = await new Promise(done =>
    guardLookup(resolve)('portal.example', { all: true }, (error, found) => done(error ?? found))
  )
  t.strictSame(first, publicly, 'the socket is opened to just what was looked at')

  const agent = createOutboundAgent(strict, limits, resolve)
  t.teardown(() => agent.close())
  for (let socket = 2; socket <= answers.length; socket++) {
    await t.rejects(request(url, { dispatcher: agent }), { code: 'HOST_NOT_ALLOWED' })
    t.equal(asked.length, socket, 'one look-up for each socket, none after it')
  }
  t.equal(requests, 0)
})

t.test('the guarded lookup answers as dns.lookup does', async t => {
  const look = (name: string, options: object) =>
    new Promise((resolve, reject) =>
      guardLookup(lookup)(name, options, (error, address, family) =>
        error ? reject(error) : resolve([address, family])
      )
    )
  // A literal resolves to itself, without any network.
  t.strictSame(await look('93.184.216.34', {}), ['93.184.216.34', 4])
  t.strictSame(await look('93.184.216.34', { all: true }), [[{ address: '93.184.216.34', family: 4 }], undefined])
  await t.rejects(look('10.0.0.1', {}), { code: 'HOST_NOT_ALLOWED' })
  await t.rejects(look('portal.invalid', {}), { code: /ENOTFOUND|EAI_AGAIN/ })
})

t.test('so many calls are under way at once to one origin, and further ones wait', async t => {
  let [underWay, most, asked] = [0, 0, 0]
  const server = createServer((_request, response) => {
    most = Math.max(most, ++underWay)
    asked++
    setTimeout(() => {
      underWay--
      response.end()
    }, 20)
  }).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  const agent = createOutboundAgent(open, limits)
  t.teardown(() => agent.close())
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`
  const get = async () => (await request(url, { dispatcher: agent })).body.dump()
  await Promise.all(Array.from({ length: 8 }, get))
  t.strictSame([asked, most], [8, limits.connectionsPerOrigin])
})
