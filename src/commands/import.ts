// quota-bridge import: what an export holds, into a store: all of it, or nothing.
import { configuredSecrets } from '../config/secrets.ts'
import { EXIT, type ExitCode } from '../exit.ts'
import { createLogger, logLevel } from '../logging.ts'
import { adapters } from '../providers/index.ts'
import { createKeyring } from '../store/encryption.ts'
import { readParts, STANDARD } from '../store/move/file.ts'
import type { Imported } from '../store/move/put.ts'
import { readLines } from '../store/move/records.ts'
import { openLines } from '../store/move/seal.ts'
import { importInto, tryImport, type Verified } from '../store/move/write.ts'
import { CONFIG_OPTION, configurationFile, defineCommand } from './command.ts'
import {
  type ConfigurationWithStore,
  countsInWords,
  loadWithStore,
  PASSPHRASE_OPTION,
  readPassphrase,
  sumOf,
  tellFailure
} from './moving.ts'
import { progress } from './progress.ts'

/** Records. */
const TELL_EVERY = 500

export const importStore = defineCommand({
  name: 'import',
  summary: 'puts an export into an empty store, or merges it into one',
  details:
    'SQLite: stop the service first. PostgreSQL: the service may run, and knows at once. All of the file is put in, read back and kept, or nothing. What is put in is encrypted under the first of store.encryptionKeys. FILE may be -, standard input.',
  operands: ['FILE'],
  options: {
    config: CONFIG_OPTION,
    'passphrase-file': PASSPHRASE_OPTION,
    merge: {
      type: 'boolean',
      default: false,
      description: 'into a store that is not empty; of each site the connection that was saved last stays'
    },
    'dry-run': { type: 'boolean', default: false, description: 'reads all of the file, and says what would come of it' }
  },
  examples: [
    'import quota-bridge.age --config q.yaml --passphrase-file pass --dry-run',
    'import - --config q.yaml < quota-bridge.age'
  ],
  async run({ values, operands: [source = STANDARD] }, context) {
    const { config, merge, 'dry-run': dryRun, 'passphrase-file': passphraseFile } = values
    const file = configurationFile(config, context)
    const passphrase = readPassphrase(passphraseFile, context)
    const logger = createLogger(logLevel(context.environment), configuredSecrets(adapters))
    try {
      const configuration = loadWithStore(file, context)
      return await read({ source, passphrase, merge, dryRun, configuration })
    } catch (error) {
      return tellFailure(error, file, logger)
    }
  }
})

interface Importing {
  source: string
  passphrase: string | undefined
  merge: boolean
  dryRun: boolean
  configuration: ConfigurationWithStore
}

async function read({ source, passphrase, merge, dryRun, configuration }: Importing): Promise<ExitCode> {
  const { store, providers } = configuration
  const keyring = createKeyring(store.encryptionKeys)
  const parts = readParts(source)
  const shown = progress()
  let imported: Imported & Partial<Verified>
  try {
    const file = await readLines(await openLines(parts, { keyring, passphrase }))
    const onProgress = (done: number) => {
      if (done % TELL_EVERY === 0) shown.tell(done, sumOf(file.head.expected))
    }
    const options = { ...store, merge, now: Date.now, onProgress }
    imported = await (dryRun ? tryImport(options, file) : importInto(options, file))
  } finally {
    shown.end()
    // Whoever writes into standard input is not waited for.
    parts.destroy()
  }
  const codes = [
    tellImported(imported, dryRun),
    tellOpened(imported),
    tellStrangers(imported.providers, new Set(providers.keys()))
  ]
  return codes.find(code => code !== EXIT.ok) ?? EXIT.ok
}

function tellImported({ counts, replaced, older, deleted }: Imported, dryRun: boolean): ExitCode {
  process.stdout.write(
    `${dryRun ? 'would import' : 'imported'} ${countsInWords(counts)}\nreplaced: ${replaced}, left out as older: ${older}, left out as deleted since: ${deleted}\n`
  )
  return EXIT.ok
}

function tellOpened({ rows, unreadable }: Partial<Verified>): ExitCode {
  if (rows === undefined || unreadable === undefined) return EXIT.ok
  process.stdout.write(`opened: ${rows - unreadable} of ${rows}\n`)
  if (unreadable === 0) return EXIT.ok
  process.stderr.write(
    'Those that do not open were there before, under a key that store.encryptionKeys does not name; add it.\n'
  )
  return EXIT.warnings
}

function tellStrangers(providers: ReadonlySet<string>, known: ReadonlySet<string>): ExitCode {
  const strangers = [...providers].filter(name => !known.has(name))
  if (strangers.length === 0) return EXIT.ok
  process.stderr.write(
    `The configuration has no provider ${strangers.join(', ')}: the connections with it are kept, but nobody is told anything from them.\n`
  )
  return EXIT.warnings
}
