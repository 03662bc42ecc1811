// Which version of Quota Bridge this is.
import { readFileSync } from 'node:fs'
import { ROOT } from './root.ts'
import { Type, Value } from './schema.ts'

const Package = Type.Object({ version: Type.String() })

/** As package.json says, which lies beside src/ and, in the image, beside dist/. */
export const VERSION = Value.Parse(Package, JSON.parse(readFileSync(new URL('../package.json', ROOT), 'utf8'))).version
