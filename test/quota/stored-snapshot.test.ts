// A snapshot in the store and back is the same; what is no snapshot is told in words.
import t from 'tap'
import type { Snapshot } from '../../src/quota/knowledge.ts'
import { readSnapshot, writeSnapshot } from '../../src/quota/stored-snapshot.ts'

const snapshot: Snapshot = {
  report: {
    partial: true,
    vocabulary: 'docspace',
    account: 'https://acme.onlyoffice.com',
    state: 'grace',
    stateEndsAt: new Date('2026-11-27T00:00:00Z'),
    groups: [
      {
        plans: [
          { id: '-11', name: { en: 'Storage', de: 'Speicher' }, kind: 'wallet-storage', quantity: 5, size: 1024 }
        ],
        quotas: [
          {
            feature: 'total_size',
            name: 'Storage',
            unit: 'bytes',
            used: 0,
            limit: 0,
            limitSetByOwner: true,
            renewsAt: new Date('2026-12-05T12:03:34Z'),
            manageUrl: 'https://acme.onlyoffice.com/disk-space',
            warnAtRemaining: 2
          },
          { feature: 'room', unit: 'count', used: Number.MAX_SAFE_INTEGER, limit: 'unlimited' }
        ],
        upgradeUrl: 'https://acme.onlyoffice.com/pay'
      }
    ]
  },
  fetchedAt: Date.parse('2026-11-22T12:00:00Z'),
  wholeAt: Date.parse('2026-11-22T11:00:00Z'),
  fingerprint: 'f'
}

t.test('what was written reads the same, dates and all', async t => {
  t.strictSame(readSnapshot(writeSnapshot(snapshot)), snapshot)
  const { wholeAt: _, ...plain } = snapshot
  t.strictSame(readSnapshot(writeSnapshot(plain)), plain)
})

t.test('what cannot be used is told in words', async t => {
  const { fingerprint, fetchedAt } = snapshot
  const read = (report: string) => readSnapshot({ fingerprint, fetchedAt, report })
  const { report: written } = writeSnapshot(snapshot)
  t.equal(read(written.slice(0, -1)), 'it is not whole')
  for (const version of [1, 3])
    t.equal(read(written.replace('"version":2', `"version":${version}`)), 'another version wrote it', String(version))
  t.equal(read(written.replace('"used":0', '"used":-1')), 'it is no report')
  t.equal(read(written.replace('2026-12-05', 'some day')), 'it is no report')
  t.equal(read('null'), 'another version wrote it')
})
