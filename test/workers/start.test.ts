// How a service with several processes starts, or cannot, and what becomes of workers that fail.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import t from 'tap'
import { startFakeDocSpace } from '../../src/devkit/fake-docspace.ts'
import { crewFile, startCrew } from '../helpers/crew.ts'
import { preloading, run, SOURCES } from '../helpers/process.ts'
import { startReceiver } from '../webhooks/receiver.ts'

/** Loaded by every process of a service: a worker ends as the file says. */
const crash = (folder: string) => `
import { existsSync } from 'node:fs'
if (process.argv[1]?.match(/worker\\.[jt]s$/)) {
  if (existsSync('${folder}/at-once')) process.exit(7)
  setInterval(() => { if (existsSync('${folder}/crash')) throw new Error('out of the blue') }, 50).unref()
}`

const withCrash = (folder: string) => {
  writeFileSync(`${folder}/crash.mjs`, crash(folder))
  return preloading(`${folder}/crash.mjs`, SOURCES)
}

t.test('without a store all share what was fetched, webhooks hear of it once, and nothing is left', async t => {
  const receiver = await startReceiver(t, ['quota.reached'])
  const dir = t.testdir()
  mkdirSync(`${dir}/tmp`)
  const server = availableParallelism() > 1 ? { workers: 'auto' } : {}
  const sections = { server, sections: { webhooks: [receiver.webhook] } }
  const environment = { TMPDIR: `${dir}/tmp` }
  const crew = await startCrew(t, `${dir}/quota-bridge.yaml`, sections, environment, 'startup-at-limit')
  crew.docspace.delayMs = 400
  const answers = await crew.askMany(20, { action: 'create-room' })
  t.ok(answers.every(({ status }) => status === 200))
  t.strictSame(crew.docspace.calls.map(({ endpoint }) => endpoint).sort(), ['quota', 'tariff'])
  const told = await receiver.until(1)
  t.strictSame(
    told.map(({ type, data }) => [type, data.feature]),
    [['quota.reached', 'room']]
  )
  t.strictSame(readdirSync(`${dir}/tmp`).filter(name => name.startsWith('quota-bridge-')).length, 1)
  crew.service.child.kill('SIGTERM')
  t.equal(await crew.service.ended, 0)
  t.strictSame(
    readdirSync(`${dir}/tmp`).filter(name => name.startsWith('quota-bridge-')),
    []
  )
})

t.test('what keeps a worker from starting is told once, as one process would tell it', async t => {
  const docspace = await startFakeDocSpace()
  const taken = createServer().listen(0, '127.0.0.1')
  t.teardown(() => {
    taken.close()
    return docspace.close()
  })
  await new Promise(resolve => taken.once('listening', resolve))
  const address = taken.address()
  const port = String(typeof address === 'object' && address ? address.port : 0)
  const dir = t.testdir()
  const file = `${dir}/quota-bridge.yaml`
  writeFileSync(file, crewFile({}, docspace))
  const start = (environment: NodeJS.ProcessEnv) =>
    run(t, SOURCES, ['--config', file], { PORT: '0', MANAGEMENT_PORT: '0', ...environment })

  const barred = start({ PORT: port })
  t.equal(await barred.ended, 1)
  const fatal = barred
    .stdout()
    .split('\n')
    .filter(line => line.includes('"fatal"'))
  t.equal(fatal.length, 1)
  t.match(fatal[0], `"code":"EADDRINUSE","msg":"cannot start: port ${port} is taken by another program`)

  writeFileSync(`${dir}/at-once`, '')
  const broken = start(withCrash(dir))
  t.equal(await broken.ended, 1)
  t.match(broken.stdout(), /"worker":\d+,"code":7,"msg":"cannot start: a worker ended before it listened"/)
})

t.test(
  'a worker that dies again and again is replaced after ever longer pauses, and a second signal ends all',
  async t => {
    const dir = t.testdir()
    const database = `${dir}/data/quota-bridge.db`
    const sections = { store: { url: `file:${database}` }, server: { drain: '1m' } }
    const crew = await startCrew(t, `${dir}/quota-bridge.yaml`, sections, withCrash(dir))
    const { service, lines, untilListening, ask } = crew
    writeFileSync(`${dir}/crash`, '')
    await service.until(/out of the blue.*"a worker stops after an error nobody caught"/)
    await service.until(/"code":1,"againMs":100,"msg":"a worker ended/)
    await service.until(/"againMs":200,"msg":"a worker ended/)
    rmSync(`${dir}/crash`)
    await untilListening(2)
    t.equal((await ask({ action: 'send-email' })).status, 200)

    // Another file where the store was: no worker can start on it.
    for (const name of ['', '-wal', '-shm']) if (existsSync(database + name)) rmSync(database + name)
    writeFileSync(database, 'no database at all, '.repeat(100))
    const [one = 0] = crew.workers()
    process.kill(one, 'SIGKILL')
    await service.until(/"level":"error".*"a worker cannot start: /)
    t.equal((await ask({ action: 'send-email' })).status, 200)

    service.child.kill('SIGTERM')
    await service.until(/"stopping"/)
    const others = crew.workers()
    service.child.kill('SIGTERM')
    t.equal(await service.ended, 1)
    t.ok(lines('second SIGTERM, exiting').length)
    for (const pid of others) while (existsSync(`/proc/${pid}`)) await new Promise(resolve => setTimeout(resolve, 20))
  }
)
