// The list of mutations stays one that can be made: code that changes would leave some of it without a place.
import t from 'tap'
import { readMutants } from './mutations.ts'

t.test('every mutation of the list has its one place in the code', async t => {
  const { mutants, mistakes } = readMutants('.')
  t.ok(mutants.length > 500)
  t.strictSame(mistakes, [])
})
