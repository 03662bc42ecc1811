// QB-STORE-KEYS: under which encryption keys the rows are.
import { LARGE_PART } from '../../store/refusal.ts'
import type { SealCount } from '../../store/rotation.ts'
import type { Check, Found } from '../check.ts'

const PLACE = ['store', 'encryptionKeys']

export const storeKeys: Check = {
  code: 'QB-STORE-KEYS',
  group: 'Store',
  looksAt: 'Under which encryption keys connections, reports and signing keys are, by the fingerprint of each key.',
  warnsWhen:
    'Some are under a key that is not the first one, or fewer than a quarter under one that is not configured.',
  failsWhen: 'A quarter or more of them are under a key that is not configured: the service does not start then.',
  async run({ readableStore, commandLine, file }) {
    const store = await readableStore()
    const counts = await store.countByKey()
    const all = sumOf(counts)
    if (all === 0) return [{ status: 'ok', found: 'nothing is stored yet', place: PLACE }]
    const foreign = sumOf(counts.filter(({ keyId }) => !store.keyIds.includes(keyId)))
    const byKey = Map.groupBy(counts, ({ keyId }) => keyId)
    // In the order of the configuration, then those that it does not name.
    const keyIds = [...new Set([...store.keyIds, ...byKey.keys()])]
    return keyIds.flatMap((keyId, position): Found[] => {
      const rows = byKey.get(keyId)
      return rows ? [judge(keyId, rows, position)] : []
    })

    function judge(keyId: string, rows: SealCount[], position: number): Found {
      const line = { subject: keyId, place: PLACE, details: rows.map(row => `${row.rows} ${NAMES[row.table]}`) }
      const some = `${sumOf(rows)} of ${all} rows`
      if (position === 0) return { ...line, status: 'ok', found: `${some} are under the first key` }
      if (store.keyIds.includes(keyId)) {
        const remedy = 'Re-encrypt them under the first key; then this one can be taken out.'
        const paste = [commandLine('rotate-keys', '--config', file)]
        return { ...line, status: 'warning', found: `${some} are under key ${position + 1}`, remedy, paste }
      }
      return {
        ...line,
        status: foreign >= all * LARGE_PART ? 'failed' : 'warning',
        found: `${some} are under a key that is not configured`,
        remedy:
          'Add the key that they were saved with behind the first one. If it is lost, those sites must connect again.',
        paste: ['store: { encryptionKeys: ["${ENCRYPTION_KEY}", "${OLD_ENCRYPTION_KEY}"] }']
      }
    }
  }
}

const NAMES = { connections: 'connections', snapshots: 'reports', keys: 'signing keys' } as const

function sumOf(counts: readonly SealCount[]): number {
  return counts.reduce((sum, { rows }) => sum + rows, 0)
}
