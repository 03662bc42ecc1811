// quota-bridge export: everything that must survive, in one encrypted file, while the service runs.
import { configuredSecrets } from '../config/secrets.ts'
import { EXIT, type ExitCode, UsageError } from '../exit.ts'
import { createLogger, logLevel } from '../logging.ts'
import { adapters } from '../providers/index.ts'
import { createKeyring } from '../store/encryption.ts'
import { STANDARD, writeFile, writeStandard } from '../store/move/file.ts'
import { type Reading, readStore } from '../store/move/read.ts'
import { type Counts, countRecord, type MoveRecord, noCounts, writeLines } from '../store/move/records.ts'
import { MoveRefusal } from '../store/move/refusal.ts'
import { type SealedWith, sealText } from '../store/move/seal.ts'
import { VERSION } from '../version.ts'
import { CONFIG_OPTION, type CommandContext, configurationFile, defineCommand } from './command.ts'
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

/** https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver asks for 15 where nothing else is asked; scrypt makes up for some. */
const PASSPHRASE_LENGTH_MIN = 12
const NO_PASSPHRASE =
  'An export needs a passphrase: QUOTA_BRIDGE_PASSPHRASE or --passphrase-file FILE; or --store-key, which seals it with store.encryptionKeys.'

export const exportStore = defineCommand({
  name: 'export',
  summary: 'writes connections, marks and audit into one encrypted file',
  details:
    'It may run beside the service, changes nothing, and sees the store as it was at one moment. FILE is there whole or not at all; - is standard output. The file is in the format of age, and age --decrypt opens one that is under a passphrase.',
  operands: ['FILE'],
  options: {
    config: CONFIG_OPTION,
    'passphrase-file': PASSPHRASE_OPTION,
    'store-key': {
      type: 'boolean',
      default: false,
      description: 'seals it with the first of store.encryptionKeys in the place of a passphrase'
    },
    replace: { type: 'boolean', default: false, description: 'takes the place of a file that is there' },
    force: {
      type: 'boolean',
      default: false,
      description: 'exports what can be read also when a large part of the connections cannot'
    }
  },
  examples: [
    'export quota-bridge.age --config q.yaml --passphrase-file pass',
    'export - --config q.yaml --store-key > quota-bridge.age'
  ],
  async run({ values, operands: [target = STANDARD] }, context) {
    const { config, replace, force } = values
    const file = configurationFile(config, context)
    const passphrase = readExportPassphrase(values, context)
    const logger = createLogger(logLevel(context.environment), configuredSecrets(adapters))
    try {
      const { store } = loadWithStore(file, context)
      return await readStore({ ...store, force }, reading => write(reading, { target, replace, passphrase, store }))
    } catch (error) {
      return tellFailure(error, file, logger)
    }
  }
})

/** @throws {UsageError} unless it is said what seals the file; undefined for the store's key */
function readExportPassphrase(
  { 'passphrase-file': file, 'store-key': storeKey }: { 'passphrase-file'?: string | undefined; 'store-key': boolean },
  context: CommandContext
): string | undefined {
  if (storeKey && file !== undefined) throw new UsageError('--store-key and --passphrase-file exclude each other.')
  if (storeKey) return undefined
  const passphrase = readPassphrase(file, context)
  if (passphrase === undefined) throw new UsageError(NO_PASSPHRASE)
  if (passphrase.length < PASSPHRASE_LENGTH_MIN)
    throw new UsageError(
      `A passphrase needs ${PASSPHRASE_LENGTH_MIN} characters or more; \`openssl rand -base64 24\` makes one.`
    )
  return passphrase
}

interface Writing {
  target: string
  replace: boolean
  passphrase: string | undefined
  store: ConfigurationWithStore['store']
}

async function write(reading: Reading, { target, replace, passphrase, store }: Writing): Promise<ExitCode> {
  const counts = noCounts()
  const sealedWith: SealedWith =
    passphrase === undefined ? { keyring: createKeyring(store.encryptionKeys) } : { passphrase }
  const shown = progress()
  const head = { madeAt: Date.now(), madeBy: VERSION, expected: reading.expected }
  const records = counting(reading, counts, done => shown.tell(done, sumOf(reading.expected)))
  const parts = () => sealText(writeLines({ head, records }), sealedWith)
  try {
    if (target === STANDARD) await writeStandard(await parts())
    else await untilInterrupted(signal => writeFile(target, parts, { replace, signal }))
  } finally {
    shown.end()
  }
  const unreadable = reading.unreadable()
  const stream = target === STANDARD ? process.stderr : process.stdout
  stream.write(`exported ${countsInWords(counts)}, unreadable: ${unreadable}\n`)
  if (unreadable === 0) return EXIT.ok
  process.stderr.write(
    'No key in store.encryptionKeys opens the unreadable ones, so that they are not in the file; add the key they were saved with and export again.\n'
  )
  return EXIT.warnings
}

async function* counting(
  { records }: Reading,
  counts: Counts,
  onProgress: (done: number) => void
): AsyncGenerator<MoveRecord[]> {
  for await (const page of records) {
    for (const record of page) countRecord(counts, record)
    onProgress(sumOf(counts))
    yield page
  }
}

/** Whoever stops an export finds nothing half-written. */
async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stopping = new AbortController()
  const stop = () => stopping.abort(new MoveRefusal('EXPORT_STOPPED'))
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.once(signal, stop)
  try {
    await work(stopping.signal)
  } finally {
    for (const signal of signals) process.off(signal, stop)
  }
}
