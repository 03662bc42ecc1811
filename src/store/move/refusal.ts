// Why nothing was exported or imported, in codes that stay, with what to do.

/** By code: what happened, and what to do about it. */
export const moveRefusals = {
  EXPORT_FOREIGN: [
    'This is no export of Quota Bridge, or its very beginning is damaged.',
    'Name a file that `quota-bridge export` wrote.'
  ],
  EXPORT_VERSION: [
    'This export is of a version of the format that this program does not know.',
    'Import it with the version of Quota Bridge that wrote it, or a later one.'
  ],
  EXPORT_DAMAGED: [
    'This export is cut off or was changed since it was written.',
    'Take another copy of it, or an earlier export.'
  ],
  EXPORT_PASSPHRASE_MISSING: [
    'This export is under a passphrase.',
    'Put it into the environment variable QUOTA_BRIDGE_PASSPHRASE, or into a file that --passphrase-file names.'
  ],
  EXPORT_PASSPHRASE_WRONG: [
    'This export is under another passphrase.',
    'Use the passphrase it was written with; a line break at the end does not count.'
  ],
  EXPORT_KEY_MISSING: [
    'This export is under an encryption key that store.encryptionKeys does not name.',
    'Add that key behind the first one of store.encryptionKeys; what is imported is encrypted under the first.'
  ],
  EXPORT_TOO_OLD: [
    'This export is more than 400 days old: which sites were removed since then is not known any more.',
    'Import it into an empty store, or merge a later one.'
  ],
  EXPORT_EXISTS: [
    'There is such a file already.',
    'Name another one, or use --replace: the new one takes its place when it is whole.'
  ],
  EXPORT_STOPPED: ['The export was stopped; no file was written.', 'Export again.'],
  FILE_UNUSABLE: [
    'The file cannot be read or written.',
    'Check its name, its folder, who may use them, and the room on the disk.'
  ],
  STORE_MISSING: ['There is no store yet: nothing to export.', 'Check store.url in the configuration.'],
  STORE_TABLES: [
    "The store's tables are of another version of Quota Bridge.",
    'Use the version that the service runs, or start this version once: it brings the tables up to date.'
  ],
  STORE_UNREADABLE: [
    'No key in store.encryptionKeys opens a quarter or more of the connections; nothing was exported.',
    'Add the key they were saved with behind the first one; to export only what can be read, use --force.'
  ],
  STORE_NOT_EMPTY: [
    'The store is not empty.',
    'Import into an empty one, or use --merge: then of two connections of one site the one that was saved last stays.'
  ],
  IMPORT_UNREADABLE: [
    'What was just written cannot be read back; all of it was taken back.',
    'Check the disk of the database, and import again.'
  ]
} as const satisfies Record<string, readonly [message: string, remedy: string]>

export type MoveRefusalCode = keyof typeof moveRefusals

/** What was asked was not done, and nothing was changed. The message says why, and what to do. */
export class MoveRefusal extends Error {
  override readonly name = 'MoveRefusal'
  readonly code: MoveRefusalCode

  constructor(code: MoveRefusalCode, facts: Readonly<Record<string, string | number>> = {}) {
    const [what, remedy] = moveRefusals[code]
    const told = Object.entries(facts).map(([name, value]) => `${name}: ${value}`)
    super(`${told.length === 0 ? what : what.replace(/\.$/, ` (${told.join(', ')}).`)} ${remedy}`)
    this.code = code
  }
}
