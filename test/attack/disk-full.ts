// A disk of a few megabytes, full in the middle of changes. To have one of its own needs the right to mount.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { startManagedBridge } from '../helpers/manage.ts'
import type { AttackRow, Stage } from './row.ts'

const DISK = '6m'
const BALLAST_BYTES = 2_000_000
const CHANGES_MAX = 3000
const RECOVERY_MS = 5000

/** A database whose data lies on the small disk. */
async function urlOn(disk: string, { engine, newUrl }: Stage): Promise<string> {
  if (engine === 'SQLite') return `file:${join(disk, 'quota-bridge.db')}`
  const url = await newUrl()
  const name = new URL(url).pathname.slice(1)
  const space = join(disk, 'space')
  mkdirSync(space)
  // Its server runs as another user.
  chmodSync(disk, 0o777)
  execFileSync('chown', ['postgres', space])
  const client = new Client({ connectionString: url.replace(name, 'postgres') })
  await client.connect()
  await client.query(`create tablespace small_${name} location '${space}'`)
  await client.query(`create database small_${name} tablespace small_${name}`)
  await client.end()
  return url.replace(name, `small_${name}`)
}

export const diskFull: AttackRow = {
  name: 'disk full',
  wanted: 'answers, log and readiness say so, nothing acknowledged is lost, and it recovers when there is room',
  async run(stage) {
    if (process.getuid?.() !== 0) return { holds: false, figures: 'not run: mounting a small disk needs root' }
    const disk = join(stage.folder, 'disk')
    mkdirSync(disk)
    // All the way up, so that another user's server finds it.
    for (const folder of [join(stage.folder, '..'), stage.folder]) chmodSync(folder, 0o755)
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', disk])
    stage.teardown(() => execFileSync('umount', ['-l', disk]))
    const ballast = join(disk, 'ballast')
    const url = await urlOn(disk, stage)
    const bridge = await startManagedBridge(stage, { store: { url }, logLevel: 'warn' })
    const { connect, manage, get, log } = bridge
    writeFileSync(ballast, Buffer.alloc(stage.engine === 'SQLite' ? BALLAST_BYTES : 0))

    const saved: string[] = []
    let refused: { status: number; trouble?: string } = { status: 0 }
    for (let number = 0; number < CHANGES_MAX && refused.status === 0; number++) {
      const site = `site-${number}`
      const answer = await connect(site, { url: 'https://a.onlyoffice.com', apiKey: `sk-${'x'.repeat(900)}` })
      const told = JSON.parse(await answer.text())
      if (answer.status === 201) saved.push(site)
      else refused = { status: answer.status, trouble: told.applicationError.data.trouble }
    }
    const logged = log.some(line => line.includes('the disk of the database is full'))
    const ready = JSON.parse(await (await get('management', 'health/ready')).text())
    let lost = 0
    for (const site of saved) if ((await manage('GET', `v1/connections/sites/${site}`)).status !== 200) lost++

    if (stage.engine === 'SQLite') rmSync(ballast)
    else execFileSync('mount', ['-o', 'remount,size=40m', disk])
    const until = performance.now() + RECOVERY_MS
    let recovered = false
    while (!recovered && performance.now() < until) {
      const { status } = await connect('later', { url: 'https://a.onlyoffice.com', apiKey: 'sk-fake-key' })
      recovered = status === 201 && (await get('management', 'health/ready')).status === 200
      if (!recovered) await sleep(100)
    }
    return {
      holds: refused.trouble === 'disk-full' && logged && lost === 0 && recovered,
      figures: `${saved.length} saved, then ${refused.status} ${refused.trouble}; ${logged ? '' : 'not '}logged; readiness ${ready.checks.store}; ${lost} lost; ${recovered ? 'recovered' : 'did not recover'}`
    }
  }
}
