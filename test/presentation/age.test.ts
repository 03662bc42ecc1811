import t from 'tap'
import { asOfSentence } from '../../src/presentation/age.ts'
import { present } from '../../src/presentation/present.ts'
import { wordsOf } from '../../src/presentation/words.ts'

const now = new Date('2026-11-22T23:05:00Z')
const at = (time: string) => new Date(`2026-11-${time}:00Z`)
const words = wordsOf('en')

t.test('the age is a time of day, with the day too when older than 12 hours', async t => {
  t.equal(asOfSentence({ fetchedAt: at('22T14:05') }, words, now), 'Last updated 14:05 UTC.')
  t.equal(asOfSentence({ fetchedAt: at('22T11:05') }, words, now), 'Last updated 11:05 UTC.')
  t.equal(asOfSentence({ fetchedAt: at('22T11:04') }, words, now), 'Last updated November 22 at 11:04 UTC.')
  t.equal(asOfSentence({ fetchedAt: at('21T11:04') }, wordsOf('de'), now), 'Stand: 21. November um 11:04 UTC.')
})

t.test('the reason for it is told', async t => {
  const fetchedAt = at('22T14:05')
  t.match(asOfSentence({ fetchedAt, reason: 'late' }, words, now), /UTC\. Newer numbers are on the way\.$/)
  t.match(
    asOfSentence({ fetchedAt, reason: 'unavailable' }, words, now),
    /UTC\. The service can't be reached right now\.$/
  )
  t.match(
    asOfSentence({ fetchedAt, reason: 'refused' }, words, now),
    /UTC\. Access was denied\. Check the connection\.$/
  )
})

t.test('it stands at the end of every tooltip, and makes one where there was none', async t => {
  const quotas = [
    { feature: 'room', unit: 'count' as const, used: 9, limit: 10 },
    { feature: 'users', unit: 'count' as const, used: 9, limit: 'unlimited' as const }
  ]
  const report = { vocabulary: 'docspace', account: 'a', groups: [{ plans: [], quotas }] }
  const asOf = { fetchedAt: at('22T14:05') }
  const { quotaInfo } = present(report, { words, sizes: 'in-name', now, labels: new Map(), asOf })
  t.strictSame(
    quotaInfo[0]?.quotas.map(quota => quota.additionalInfo?.description),
    ['9 of 10 used, 1 left. Last updated 14:05 UTC.', 'Last updated 14:05 UTC.']
  )
})
