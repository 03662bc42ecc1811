// The file around an export: age's format, which shows every cut and every change. https://age-encryption.org/v1
import type { Keyring } from '../encryption.ts'
import { passphraseIdentity, passphraseRecipient, SCRYPT } from './passphrase.ts'
import { MoveRefusal } from './refusal.ts'

/** What opens a file: a passphrase, as `age --decrypt` asks for it, or an encryption key of the store. */
export type SealedWith = { passphrase: string } | { keyring: Keyring }

/** Ours; age asks for a name of this form. https://c2sp.org/age#recipient-stanza */
const STORE_KEY = 'quota-bridge/store-key'
const OWNER = ['export']
const LINE_END = '\n'

/** Encrypts a text as it comes. */
export async function sealText(
  text: AsyncIterable<string>,
  sealedWith: SealedWith
): Promise<AsyncIterable<Uint8Array>> {
  const { Encrypter, Stanza } = await import('age-encryption')
  const encrypter = new Encrypter()
  if ('passphrase' in sealedWith) encrypter.addRecipient(passphraseRecipient(sealedWith.passphrase))
  else {
    encrypter.addRecipient({
      wrapFileKey(fileKey) {
        const { keyId, sealed } = sealedWith.keyring.seal(Buffer.from(fileKey).toString('base64'), OWNER)
        return [new Stanza([STORE_KEY, keyId], Buffer.from(sealed, 'base64'))]
      }
    })
  }
  return encrypter.encrypt(ReadableStream.from(encode(text)))
}

async function* encode(text: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  for await (const part of text) yield encoder.encode(part)
}

export interface Opening {
  keyring: Keyring
  passphrase: string | undefined
}

/**
 * The lines of a sealed text, one at a time. That the last one came says that all of them are as they were written.
 * @throws {MoveRefusal} here when nothing opens it, and while it is read when it was changed; what fails below it as it is
 */
export async function openLines(
  sealed: AsyncIterable<Uint8Array>,
  { keyring, passphrase }: Opening
): Promise<AsyncGenerator<string>> {
  const { Decrypter } = await import('age-encryption')
  const decrypter = new Decrypter()
  let locks: string[][] | undefined
  const look = {
    unwrapFileKey(stanzas: readonly { args: string[]; body: Uint8Array }[]) {
      locks = stanzas.map(({ args }) => args)
      for (const { args, body } of stanzas) {
        const [kind, keyId = ''] = args
        if (kind !== STORE_KEY || !keyring.keyIds.includes(keyId)) continue
        const sealedKey = { keyId, sealed: Buffer.from(body).toString('base64') }
        return Buffer.from(keyring.open(sealedKey, OWNER), 'base64')
      }
      return null
    }
  }
  decrypter.addIdentity(look)
  if (passphrase !== undefined) decrypter.addIdentity(passphraseIdentity(passphrase))
  let isUnopened = false
  // Asked last, when none before it fitted.
  decrypter.addIdentity({
    unwrapFileKey() {
      isUnopened = true
      return null
    }
  })
  const source = remember(sealed)
  try {
    const opened = await decrypter.decrypt(ReadableStream.from(source.parts))
    return lines(opened, source)
  } catch {
    if (source.failure) throw source.failure.error
    if (!locks) throw new MoveRefusal('EXPORT_FOREIGN')
    throw isUnopened ? whyUnopened(locks, passphrase) : new MoveRefusal('EXPORT_DAMAGED')
  }
}

function whyUnopened(locks: readonly string[][], passphrase: string | undefined): MoveRefusal {
  const [kind, argument = ''] = locks.find(([name = '']) => [SCRYPT, STORE_KEY].includes(name)) ?? []
  if (kind === undefined) return new MoveRefusal('EXPORT_FOREIGN')
  if (kind === STORE_KEY) return new MoveRefusal('EXPORT_KEY_MISSING', { key: argument.slice(0, 16) })
  return new MoveRefusal(passphrase === undefined ? 'EXPORT_PASSPHRASE_MISSING' : 'EXPORT_PASSPHRASE_WRONG')
}

interface Source {
  parts: AsyncIterable<Uint8Array>
  /** What reading the file itself failed with: the file says nothing wrong then. */
  failure?: { error: unknown }
}

function remember(sealed: AsyncIterable<Uint8Array>): Source {
  const source: Source = { parts: read() }
  async function* read() {
    try {
      yield* sealed
    } catch (error) {
      source.failure = { error }
      throw error
    }
  }
  return source
}

async function* lines(opened: AsyncIterable<Uint8Array>, source: Source): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  try {
    for await (const part of opened) {
      const found = (rest + decoder.decode(part, { stream: true })).split(LINE_END)
      rest = found.pop() ?? ''
      yield* found
    }
  } catch {
    throw source.failure ? source.failure.error : new MoveRefusal('EXPORT_DAMAGED')
  }
  if (rest !== '') throw new MoveRefusal('EXPORT_DAMAGED')
}
