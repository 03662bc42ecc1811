import t from 'tap'
import { parseDate, startOfNextMonth } from '../../../src/providers/docspace/dates.ts'

// The server may stand anywhere: here it is fourteen hours ahead of UTC.
process.env.TZ = 'Pacific/Kiritimati'

t.test('every date form of DocSpace is read, and a date without a zone is UTC', async t => {
  const forms = {
    '2026-06-05T13:03:34.0000000+04:00': '2026-06-05T09:03:34.000Z',
    '2026-12-05T13:03:34.1239999Z': '2026-12-05T13:03:34.123Z',
    '2026-12-14T09:31:07': '2026-12-14T09:31:07.000Z',
    '2026-12-14T09:31:07.5': '2026-12-14T09:31:07.500Z',
    '2026-12-14T09:31:07-08:30': '2026-12-14T18:01:07.000Z'
  }
  for (const [text, moment] of Object.entries(forms)) t.equal(parseDate(text)?.toISOString(), moment, text)
})

t.test('"never" in both of its spellings is no date', async t => {
  for (const text of [
    '0001-01-01T00:00:00.0000000Z',
    '0001-01-01T00:00:00',
    '9999-12-31T23:59:59.9999999',
    '0000-01-01T00:00:00Z'
  ]) {
    t.equal(parseDate(text), undefined, text)
  }
})

t.test('an absent date, and one in no known form, is unknown', async t => {
  for (const text of [undefined, null, '', 'soon', '2026-12-14', '2026-13-14T00:00:00Z', '2026-12-14T25:00:00Z']) {
    t.equal(parseDate(text), undefined, String(text))
  }
})

t.test('a moment that is in no calendar is unknown, not moved to one that is', async t => {
  for (const text of [
    '2027-02-29T00:00:00',
    '2026-02-30T00:00:00Z',
    '2026-11-31T12:00:00+04:00',
    '2026-12-14T24:00:00Z'
  ]) {
    t.equal(parseDate(text), undefined, text)
  }
  t.equal(parseDate('2028-02-29T00:00:00.1234567')?.toISOString(), '2028-02-29T00:00:00.123Z')
})

t.test('the next month starts in UTC, also across the year', async t => {
  t.equal(startOfNextMonth(new Date('2026-11-30T23:59:59Z')).toISOString(), '2026-12-01T00:00:00.000Z')
  t.equal(startOfNextMonth(new Date('2026-12-31T23:30:00-01:00')).toISOString(), '2027-02-01T00:00:00.000Z')
  t.equal(startOfNextMonth(new Date('2026-11-30T12:00:00Z')).toISOString(), '2026-12-01T00:00:00.000Z')
})
