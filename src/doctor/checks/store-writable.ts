// QB-STORE-WRITABLE: whether changes could be saved; nothing is.
import { constants, existsSync, statfsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type StoreInspection, sqliteFile } from '../../store/inspection.ts'
import { type Check, type Found, Skip } from '../check.ts'
import { demandReach } from '../examination.ts'
import { mayBe, tellTrouble } from './store-reached.ts'

const MIB = 1024 ** 2
/** What a service with thousands of sites writes in a day. */
const ROOM_BYTES = 100 * MIB

export const storeWritable: Check = {
  code: 'QB-STORE-WRITABLE',
  group: 'Store',
  looksAt:
    'Changes could be saved. A row is written in a transaction that is rolled back; of a SQLite file that nobody uses now only the rights are looked at, and the room on its disk.',
  warnsWhen: 'There is less than 100 MiB of room.',
  failsWhen: 'It may not be written to, its disk is full, or the server is a standby.',
  async run({ reachStore, parts }) {
    const place = ['store', 'url']
    const reach = await reachStore()
    if (reach.kind === 'none') throw new Skip(reach.why)
    const file = sqliteFile(parts.store?.url ?? '')
    if (file !== undefined) {
      const trouble = lookAtFile(resolve(file))
      if (trouble) return [{ ...trouble, place }]
    }
    if (reach.kind === 'absent') return [{ status: 'ok', found: 'the file can be made', place }]
    return [{ ...(await tryIt(demandReach(reach).inspection, file)), place }]
  }
}

async function tryIt(inspection: StoreInspection, file: string | undefined): Promise<Found> {
  if ((await inspection.steps()).pending.length > 0)
    throw new Skip("the store's tables are not those of this version (QB-STORE-TABLES)")
  try {
    const tried = await inspection.tryToWrite()
    return { status: 'ok', found: tried ? 'a row was written and taken back' : 'file and folder may be written to' }
  } catch (error) {
    return tellTrouble(error, file)
  }
}

/** What keeps a file from being written to, or made: rights, or room on the disk. */
export function lookAtFile(
  file: string,
  mayWrite: (path: string) => boolean = path => mayBe(path, constants.W_OK)
): Found | undefined {
  const folder = nearestFolder(file)
  const paths = existsSync(file) ? [file, folder] : [folder]
  const closed = paths.find(path => !mayWrite(path))
  if (closed !== undefined) {
    return {
      status: 'failed',
      found: `${closed} may not be written to by this user`,
      remedy: 'Let the user who runs the service own it, or mount it for writing.',
      paste: [`chown -R ${process.getuid?.() ?? 'USER'} ${folder}`]
    }
  }
  const { bavail, bsize } = statfsSync(folder)
  const left = bavail * bsize
  if (left >= ROOM_BYTES) return undefined
  return {
    status: left === 0 ? 'failed' : 'warning',
    found: `${Math.floor(left / MIB)} MiB are left on the disk of ${folder}`,
    remedy: 'Make room on it.',
    paste: [`df -h ${folder}`]
  }
}

/** The folder of a file, or where that would be made. */
function nearestFolder(file: string): string {
  const folder = dirname(file)
  return existsSync(folder) || folder === dirname(folder) ? folder : nearestFolder(folder)
}
