// What the compared servers have in common: who asks, what is answered, and how they say where they listen.
import { createPublicKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:net'
import type { QuotaInfoAnswer } from '../../src/wix/contract.ts'

interface Given {
  appId: string
  publicKeyPem: string
  /** What each call is answered, as JSON. */
  answer: QuotaInfoAnswer
}

const given: Given = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))

export const { appId, publicKeyPem, answer } = given
export const publicKey: KeyObject = createPublicKey(publicKeyPem)
export const answerText = JSON.stringify(answer)

/** Tells the benchmark the address, once the server has one. */
export function tell(server: Server): void {
  const told = () => {
    const address = server.address()
    if (typeof address === 'object') process.stdout.write(`listening at http://127.0.0.1:${address?.port}/\n`)
  }
  if (server.listening) told()
  else server.once('listening', told)
}
