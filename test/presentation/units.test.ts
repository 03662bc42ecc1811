import t from 'tap'
import { inUnit, naturalUnit, sharedUnit } from '../../src/presentation/units.ts'

const GB = 1024 ** 3
const TB = 1024 ** 4

t.test('sizes are 1024-based and in the largest unit that is at least 1', async t => {
  t.equal(naturalUnit(0), 'byte')
  t.equal(naturalUnit(1023), 'byte')
  t.equal(naturalUnit(1024), 'kilobyte')
  t.equal(naturalUnit(GB - 1), 'megabyte')
  t.equal(naturalUnit(2 * GB), 'gigabyte')
  t.equal(naturalUnit(Number.MAX_SAFE_INTEGER), 'petabyte')
})

t.test('usage and limit share the unit of the limit', async t => {
  t.equal(sharedUnit(1.4 * GB, 2 * GB), 'gigabyte')
  t.equal(sharedUnit(5 * TB, 2 * GB), 'gigabyte', 'even far over it')
})

t.test('a usage under 0.1 of the unit takes both to the next smaller one', async t => {
  t.equal(sharedUnit(0.1 * GB + 1, GB), 'gigabyte')
  t.equal(sharedUnit(Math.floor(0.1 * GB) - 1, GB), 'megabyte')
  t.equal(sharedUnit(1, GB), 'megabyte', 'the next one, not the smallest')
  t.equal(sharedUnit(0, GB), 'gigabyte', 'nothing is nothing in every unit')
  t.equal(sharedUnit(5, 900), 'byte', 'there is none below the byte')
})

t.test("without a limit, or with nothing allowed, it is the usage's own unit", async t => {
  t.equal(sharedUnit(105_226_698_752, 'unlimited'), 'gigabyte')
  t.equal(sharedUnit(105_226_698_752, 0), 'gigabyte')
})

t.test('numbers are plain, with at most two decimals, cut and never rounded', async t => {
  t.equal(inUnit(1_503_238_553, 'gigabyte'), '1.39')
  t.equal(inUnit(2 * GB - 1, 'gigabyte'), '1.99', 'one byte under the limit is not the limit')
  t.equal(inUnit(1.5 * GB, 'gigabyte'), '1.5')
  t.equal(inUnit(2 * GB, 'gigabyte'), '2')
  t.equal(inUnit(Math.ceil(1.05 * GB), 'gigabyte'), '1.05')
  t.equal(inUnit(0, 'terabyte'), '0')
  t.equal(inUnit(7750 * GB, 'gigabyte'), '7750', 'without grouping')
})

t.test('13.73 GB of 7.57 TB reads 13.73 of 7750', async t => {
  const used = Math.floor(13.735 * GB)
  const limit = 7750 * GB
  const unit = sharedUnit(used, limit)
  t.strictSame([unit, inUnit(used, unit), inUnit(limit, unit)], ['gigabyte', '13.73', '7750'])
})
