// The table of commands. One more is one more line.
import { adapterTest } from './adapter-test.ts'
import type { Command } from './command.ts'
import { configCheck } from './config-check.ts'
import { doctor } from './doctor.ts'
import { exportStore } from './export.ts'
import { importStore } from './import.ts'
import { mappingTest } from './mapping-test.ts'
import { preview } from './preview.ts'
import { rotateKeys } from './rotate-keys.ts'
import { serve } from './serve.ts'
import { tryOut } from './try.ts'

/** The first is the one that is meant when none is named. */
export const commands: readonly [Command, ...Command[]] = [
  serve,
  configCheck,
  doctor,
  tryOut,
  mappingTest,
  adapterTest,
  preview,
  rotateKeys,
  exportStore,
  importStore
]
