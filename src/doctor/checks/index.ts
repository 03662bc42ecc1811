// The checks, in the order in which they are looked at and shown. One more is one more line.
import type { Check } from '../check.ts'
import { actionFeatures } from './action-features.ts'
import { answer } from './answer.ts'
import { clock } from './clock.ts'
import { configuration } from './configuration.ts'
import { falseKey } from './false-key.ts'
import { forward } from './forward.ts'
import { keyExpires } from './key-expires.ts'
import { keySees } from './key-sees.ts'
import { providerAnswers } from './provider-answers.ts'
import { storeKeys } from './store-keys.ts'
import { storeReached } from './store-reached.ts'
import { storeRows } from './store-rows.ts'
import { storeTables } from './store-tables.ts'
import { storeWritable } from './store-writable.ts'
import { unsigned } from './unsigned.ts'
import { variables } from './variables.ts'
import { wayIn } from './way-in.ts'
import { wixKey } from './wix-key.ts'

export const checks: readonly Check[] = [
  configuration,
  variables,
  wixKey,
  unsigned,
  storeReached,
  storeTables,
  storeWritable,
  storeKeys,
  storeRows,
  providerAnswers,
  keySees,
  keyExpires,
  falseKey,
  clock,
  actionFeatures,
  wayIn,
  forward,
  answer
]
