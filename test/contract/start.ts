// The beginning of `npm test`: forgets what earlier runs exercised.
import { dropTallies } from './tally.ts'

dropTallies()
