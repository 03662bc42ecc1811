// npm run wix:call: one call, signed as Wix would sign it.
import { AppEventAnswer } from '../public/app-events.ts'
import { Value } from '../schema.ts'
import { ErrorAnswer, QuotaInfoAnswer } from '../wix/contract.ts'
import { type Asked, readCall, USAGE } from './call-options.ts'
import { showCards } from './cards.ts'
import { UsageError } from './command-line.ts'
import { keptFakeWix } from './kept-key.ts'
import { lookOf } from './look.ts'
import { whyUnreachable } from './unreachable.ts'

process.exitCode = await main(process.argv.slice(2))

async function main(args: string[]): Promise<number> {
  try {
    const wanted = readCall(args)
    if (wanted.kind === 'help') {
      process.stdout.write(USAGE)
      return 0
    }
    const wix = keptFakeWix({ appId: wanted.app, file: wanted.key })
    if (wanted.kind === 'public-key') {
      process.stderr.write(`For wix.publicKey; wix.appId is then ${wix.appId}\n`)
      process.stdout.write(wix.publicKeyPem)
      return 0
    }
    const { asked, json } = wanted
    const response = await ('event' in asked
      ? wix.tell(asked.url, asked.event)
      : wix.ask(asked.url, asked.call, asked.method)
    ).catch((error: unknown) => {
      process.stderr.write(`${whyUnreachable(error, asked.url)}\n`)
    })
    return response ? await show(response, asked, json) : 1
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`${error.message}\n`)
    return 2
  }
}

async function show(response: Response, asked: Asked, json: boolean): Promise<number> {
  const text = await response.text()
  const answer = jsonOf(text)
  const location = response.headers.get('location')
  process.stderr.write(`${response.status} ${response.statusText}${location ? `, led on to ${location}` : ''}\n`)
  const unknown = isUnknown(answer, asked)
  if (unknown)
    process.stderr.write('This is no answer of Quota Bridge: something else listens there, or stands in between.\n')
  process.stdout.write(json || answer === undefined ? asSent(text, answer) : asRead(answer, asked))
  return response.ok && !unknown ? 0 : 1
}

/** The maker's own server may answer its calls with anything; all others are ours. */
function isUnknown(answer: unknown, asked: Asked): boolean {
  const isTheirs = 'method' in asked && asked.method !== 'quota-info'
  return !isTheirs && ![QuotaInfoAnswer, AppEventAnswer, ErrorAnswer].some(schema => Value.Check(schema, answer))
}

function asSent(text: string, answer: unknown): string {
  return `${answer === undefined ? text : JSON.stringify(answer, null, 2)}\n`
}

/** What a person wants to know of an answer of ours; whatever the maker's own server answers as it is. */
function asRead(answer: unknown, asked: Asked): string {
  if (Value.Check(ErrorAnswer, answer)) return failure(answer)
  if ('event' in asked)
    return Value.Check(AppEventAnswer, answer)
      ? `Whatever was kept about the site ${asked.event.instanceId} is deleted.\n`
      : asSent('', answer)
  if (!Value.Check(QuotaInfoAnswer, answer)) return asSent('', answer)
  return showCards([{ title: asked.call.actionKey, answer: answer.actionQuotaInfo }], lookOf(process.stdout))
}

function failure({ message, applicationError: { code, description, data } }: ErrorAnswer): string {
  const facts = Object.entries(data).map(([name, value]) => `  ${name}: ${value}\n`)
  return `${code}: ${message}\n${description}\n${facts.join('')}`
}

/** The maker's own server may answer with anything. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
