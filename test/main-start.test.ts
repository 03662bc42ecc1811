// What the command line says while it cannot start, and when it gives up: sentences, without a stack and without a secret.
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { startFailure } from '../src/start-failure.ts'
import { freePort } from './helpers/free-port.ts'
import { ENVIRONMENT, GOOD } from './helpers/mistakes.ts'
import { startPostgres } from './helpers/postgres.ts'
import { PROGRAM, type Running, run, SOURCES } from './helpers/process.ts'

const HOST = 'server: { host: 127.0.0.1 }\n'
const STORE = 'store: { url: "${DB_URL}", encryptionKeys: ["${ENCRYPTION_KEY}"] }\n'
const PASSWORD = 'hush-hush-password'

function start(
  t: Test,
  more: string,
  environment: NodeJS.ProcessEnv,
  command: string[] = [],
  program = PROGRAM
): Running {
  const file = `${t.testdir({ 'quota-bridge.yaml': `${GOOD}${more}` })}/quota-bridge.yaml`
  const fixed = { ...ENVIRONMENT, PORT: '0', MANAGEMENT_PORT: '0' }
  return run(t, program, [...command, '--config', file], { ...fixed, ...environment })
}

const linesOf = (running: Running) =>
  running
    .stdout()
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))

async function lastLine(t: Test, running: Running) {
  t.equal(await running.ended, 1)
  t.equal(running.stderr(), '')
  t.notMatch(running.stdout(), /"stack"|\bat .*\.ts:\d/, 'no stack')
  return linesOf(running).at(-1)
}

t.test('a database that is down is told once, then every 10 s, and taken as soon as it is there', async t => {
  const port = await freePort()
  const url = `postgres://u:${PASSWORD}@127.0.0.1:${port}/db`
  const service = start(t, HOST + STORE, { DB_URL: url })
  await service.until(/the database does not answer/)
  const told = () => linesOf(service).filter(({ msg }) => msg === 'the database does not answer')
  await sleep(4000)
  t.equal(told().length, 1, 'once')
  t.match(told()[0], {
    level: 'warn',
    reason: /ECONNREFUSED/,
    remedy: 'Check the database; the service recovers by itself.'
  })
  await service.until(/(the database does not answer[\s\S]*){2}/)
  const [first, second] = told().map(({ time }) => Date.parse(time))
  const apart = Number(second) - Number(first)
  t.ok(apart > 9000 && apart < 12_000, `after 10 s again (${apart} ms)`)
  t.ok(told()[1].calls > 3, 'with how often it was tried')
  t.notMatch(service.stdout(), PASSWORD)
  t.notMatch(service.stdout(), '"stack"')
  t.equal(service.child.exitCode, null, 'it waits for longer than that')
  // It speaks PostgreSQL's language at last, though only to say no.
  const database = createServer(socket => socket.once('data', () => socket.end(refusal))).listen(port, '127.0.0.1')
  t.teardown(() => database.close())
  const line = await lastLine(t, service)
  t.match(line, {
    level: 'fatal',
    msg: 'cannot start: the database refuses us',
    reason: 'no such user',
    remedy: 'Check the user, the password and the database that store.url names; then start it again.'
  })
})

/** https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-ERRORRESPONSE */
const fields = Buffer.from('SFATAL\0C28000\0Mno such user\0\0')
const length = Buffer.alloc(4)
length.writeInt32BE(fields.length + 4)
const refusal = Buffer.concat([Buffer.from('E'), length, fields])

t.test('while it waits for a database, a signal to reload ends nothing, and one to stop is heeded', async t => {
  const service = start(t, HOST + STORE, { DB_URL: `postgres://u@127.0.0.1:${await freePort()}/db` }, [], SOURCES)
  await service.until(/the database does not answer/)
  service.child.kill('SIGHUP')
  await sleep(500)
  t.equal(service.child.exitCode ?? service.child.signalCode, null)
  service.child.kill('SIGTERM')
  t.equal(await service.ended, 0)
  t.match(linesOf(service).at(-1), { msg: 'stopping', signal: 'SIGTERM' })
  const hasty = start(t, HOST + STORE, { DB_URL: `postgres://u@127.0.0.1:${await freePort()}/db` }, [], SOURCES)
  await hasty.until(/the database does not answer/)
  hasty.child.kill('SIGTERM')
  await sleep(100)
  hasty.child.kill('SIGTERM')
  t.equal(await hasty.ended, 1, 'a second one ends it at once')
})

t.test('a wrong password, a wrong database', async t => {
  const postgres = await startPostgres(t)
  const url = await postgres.newDatabase()
  for (const wrong of [url.replace('postgres:postgres', `postgres:${PASSWORD}`), `${url}_of_nobody`]) {
    const line = await lastLine(t, start(t, HOST + STORE, { DB_URL: wrong }))
    t.match(line, { level: 'fatal', msg: 'cannot start: the database refuses us', reason: String })
    t.notMatch(JSON.stringify(line), PASSWORD)
  }
  const rotation = start(t, HOST + STORE, { DB_URL: `${url}_of_nobody` }, ['rotate-keys'])
  t.match(await lastLine(t, rotation), { level: 'fatal', msg: /the database refuses us/ })
})

t.test('a host that is no name, and a port that this user may not have', async t => {
  const wrongHost = start(t, 'server: { host: "${MY_HOST}" }\n', { MY_HOST: 'hush-hush.invalid' })
  t.match(await lastLine(t, wrongHost), {
    level: 'fatal',
    code: /ENOTFOUND|EAI_AGAIN/,
    msg: /^cannot start: server\.host is a name/
  })
  t.notMatch(wrongHost.stdout(), 'hush')
  const elsewhere = start(t, 'server: { host: 192.0.2.1 }\n', {})
  t.match(await lastLine(t, elsewhere), { code: 'EADDRNOTAVAIL', msg: /server\.host is no address of this machine/ })
})

t.test('the port of the management listener is told as its own', async t => {
  const taken = createServer().listen(0, '127.0.0.1')
  t.teardown(() => taken.close())
  await new Promise(resolve => taken.once('listening', resolve))
  const address = taken.address()
  const port = String(typeof address === 'object' && address ? address.port : 0)
  const managed = `${HOST}management: { token: "\${MANAGEMENT_TOKEN}" }\n`
  t.match(await lastLine(t, start(t, managed, { MANAGEMENT_PORT: port })), {
    level: 'fatal',
    code: 'EADDRINUSE',
    msg: `cannot start: port ${port} is taken by another program; stop that one, or choose another with management.port or MANAGEMENT_PORT`
  })
})

t.test('a store that cannot be written', async t => {
  t.match(await lastLine(t, start(t, HOST + STORE, { DB_URL: 'file:/dev/null/q.db' })), {
    code: 'STORE_NOT_WRITABLE',
    msg: /^cannot start: The SQLite file that store\.url names cannot be made or written to \(EEXIST\)\. Let the user/
  })
  const certificate = 'postgres://u@127.0.0.1:1/db?sslmode=verify-full&sslrootcert=/no/such.pem'
  t.match(await lastLine(t, start(t, HOST + STORE, { DB_URL: certificate })), {
    code: 'ENOENT',
    msg: "cannot start: the system says ENOENT: no such file or directory, open '/no/such.pem'"
  })
})

t.test('a fault of ours is told with its stack', async t => {
  const [fields, message] = startFailure(new TypeError('out of the blue'))
  t.equal(message, 'cannot start')
  t.match(fields, { err: { message: 'out of the blue' } })
})
