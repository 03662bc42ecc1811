// A file for whoever helps: what an examination found, on which machine, with which configuration. No secret is in it:
// of the configuration only what is known to be harmless is told.
import { writeFileSync } from 'node:fs'
import { arch, platform, release, totalmem } from 'node:os'
import { VERSION } from '../version.ts'
import type { Examined } from './examine.ts'
import { type Mask, maskDeep } from './mask.ts'
import { leftOut, redact } from './redact.ts'

/** Variables whose values say how the service runs, and nothing else. */
const TOLD_VARIABLES = ['LOG_LEVEL', 'PORT', 'MANAGEMENT_PORT', 'NODE_ENV', 'TZ', 'LANG']
const MIB = 1024 ** 2

/**
 * Writes the support file; only its owner may read it.
 * @throws the system's error when it is there already, or cannot be written
 */
export function writeBundle(file: string, examined: Examined): void {
  writeFileSync(file, `${JSON.stringify(bundleOf(examined), null, 2)}\n`, { flag: 'wx', mode: 0o600 })
}

/** What a support file holds. An owner's answer is left out: it is nobody else's business. */
export function bundleOf({ result: { answer: _answer, ...result }, examination }: Examined) {
  const { written, environment, mask } = examination
  const bundle = {
    what: 'A support file of Quota Bridge. Secrets, texts and addresses are left out of it; look through it before you send it.',
    program: { version: VERSION, node: process.version },
    machine: {
      system: `${platform()} ${release()} ${arch()}`,
      memoryMib: Math.round(totalmem() / MIB),
      userId: process.getuid?.()
    },
    environment: {
      variables: Object.fromEntries(TOLD_VARIABLES.map(name => [name, environment[name]])),
      named: (written?.placeholders ?? []).map(({ name }) => name)
    },
    configuration: redact(written?.value),
    result: maskDeep(result, maskAll([...leftOut(written?.value)]))
  }
  return maskDeep(bundle, mask)
}

/** A site's id is a customer. */
const GUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi
/** What is shorter stands in too many words. */
const LENGTH_MIN = 6

function maskAll(texts: readonly string[]): Mask {
  const long = texts.filter(({ length }) => length >= LENGTH_MIN).sort((a, b) => b.length - a.length)
  return text => long.reduce((left, each) => left.replaceAll(each, '[…]'), text).replace(GUID, '[id]')
}
