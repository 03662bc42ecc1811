// QB-STORE-REACHED: the database, or the file.
import { accessSync, constants } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { sqliteFile } from '../../store/inspection.ts'
import { StoreError } from '../../store/store-error.ts'
import { broken, type Check, type Found, Skip } from '../check.ts'

export const storeReached: Check = {
  code: 'QB-STORE-REACHED',
  group: 'Store',
  looksAt: 'The database that `store.url` names answers; a SQLite file can be read. It is opened for reading alone.',
  failsWhen: 'It does not answer, refuses us, or is damaged.',
  async run({ reachStore, parts: { store } }) {
    const place = ['store', 'url']
    const reach = await reachStore()
    if (reach.kind === 'none') throw new Skip(reach.why)
    if (reach.kind === 'absent')
      return [{ status: 'ok', found: `${reach.file} is not there yet; the first start makes it`, place }]
    const file = sqliteFile(store?.url ?? '')
    if (reach.kind === 'closed') return [{ ...tellTrouble(reach.error, file), place }]
    return [{ status: 'ok', found: file === undefined ? 'PostgreSQL answers' : `${file} can be read`, place }]
  }
}

/** What is the matter with a store, as far as its error tells. */
export function tellTrouble(error: unknown, file: string | undefined): Omit<Found, 'place'> {
  if (error instanceof StoreError && file !== undefined && !mayBe(file, constants.R_OK)) {
    return {
      status: 'failed',
      found: `${file} may not be read by this user`,
      remedy: 'Let the user who runs the service own the file and its folder.',
      paste: [`chown -R ${process.getuid?.() ?? 'USER'} ${dirname(resolve(file))}`]
    }
  }
  return broken(error)
}

/** Whether this process may do so with a file or folder. */
export function mayBe(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
