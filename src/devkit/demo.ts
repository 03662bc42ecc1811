// npm run demo: the service between fakes on free ports, asked as Wix would ask, and left running.
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigurationError } from '../mistakes.ts'
import { Value } from '../schema.ts'
import { QuotaInfoAnswer } from '../wix/contract.ts'
import { showCards } from './cards.ts'
import { UsageError } from './command-line.ts'
import { readDemo, USAGE } from './demo-options.ts'
import { type Stage, startStage } from './demo-stage.ts'
import type { ScenarioName } from './docspace-scenarios.ts'
import { methods } from './fake-wix.ts'
import { KEY_FILE } from './kept-key.ts'
import { lookOf } from './look.ts'

/** A signed call, beside the key that it was signed with. */
const CALL_FILE = KEY_FILE.replace(/[^/]+$/, 'call.jws')

/** How often the demo asks where it is told to come back. */
const TRIES_MAX = 20

/** What a port may be the matter with, by the system's code. */
const PORT_TROUBLES: Record<string, string> = { EADDRINUSE: 'is taken', EACCES: 'is not for everybody to listen on' }

process.exitCode = await main(process.argv.slice(2), process.env)

async function main(args: string[], environment: NodeJS.ProcessEnv): Promise<number> {
  try {
    const { scenario, languages, port, json, help } = readDemo(args, environment)
    if (help) {
      process.stdout.write(USAGE)
      return 0
    }
    const stage = await startStage(scenario, port)
    await (json ? printWire(stage, languages) : play(stage, scenario, languages))
    return 0
  } catch (error) {
    const told = tellFailure(error, environment)
    if (told === undefined) throw error
    process.stderr.write(`${told.text}\n`)
    return told.exitCode
  }
}

/** What a person can do something about; undefined for a fault of ours. */
function tellFailure(error: unknown, { PORT }: NodeJS.ProcessEnv): { text: string; exitCode: number } | undefined {
  if (error instanceof UsageError || error instanceof ConfigurationError) return { text: error.message, exitCode: 2 }
  const trouble = error instanceof Error && 'code' in error ? PORT_TROUBLES[String(error.code)] : undefined
  if (trouble === undefined) return undefined
  return { text: `Port ${PORT} ${trouble}; name another in PORT, or leave PORT out for a free one.`, exitCode: 1 }
}

async function play(stage: Stage, scenario: ScenarioName, languages: string[]): Promise<void> {
  const { wix, publicUrl, actions, preview, close } = stage
  const [action = ''] = actions
  const invoked = await wix.ask(
    publicUrl,
    { actionKey: action, request: { actionParams: { title: 'Demo' } } },
    'invoke'
  )
  writeFileSync(CALL_FILE, await wix.sign(wix.payload({ actionKey: action, languages })), { mode: 0o600 })
  const look = lookOf(process.stdout)
  const cards = []
  for (const title of actions)
    cards.push({ title, answer: (await askFor(stage, title, languages)).body.actionQuotaInfo })
  process.stdout.write(`${look.paint('bold', 'Quota Bridge')} runs at ${publicUrl} between a fake Wix, a fake DocSpace
(${scenario}) and the own server of the app's maker.

Wix runs ${action}: it goes on to the maker's server, ${invoked.status} ${await invoked.text()}
Wix asks for quotas. As curl would say it:
  curl -d @${CALL_FILE} ${urlOf(publicUrl)}
The site owner reads, in ${look.paint('bold', 'Manage your automations quotas')}:
${showCards(cards, look)}See it as in Wix: ${await preview()}
Ask in another language, in a second terminal (Ctrl+C ends the demo):
  npm run wix:call -- --url ${new URL(publicUrl).host} --action ${action} --language de
`)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void close())
}

async function printWire(stage: Stage, languages: string[]): Promise<void> {
  const wire = []
  for (const action of stage.actions) wire.push({ action, ...(await askFor(stage, action, languages)) })
  process.stdout.write(`${JSON.stringify(wire, null, 2)}\n`)
  await stage.close()
}

/** One quota call: what Wix signed, and what it was answered. */
async function askFor({ wix, publicUrl }: Stage, actionKey: string, languages: string[]) {
  const call = wix.payload({ actionKey, languages })
  const signed = await wix.sign(call)
  const post = () => fetch(urlOf(publicUrl), { method: 'POST', body: signed })
  let response = await post()
  // A machine that is still busy with starting all this says so at first.
  for (let tries = 1; response.status === 503 && tries < TRIES_MAX; tries++) response = await sleep(1000).then(post)
  const body: unknown = await response.json()
  if (!Value.Check(QuotaInfoAnswer, body))
    throw new Error(`unexpected answer ${response.status}: ${JSON.stringify(body)}`)
  return { url: urlOf(publicUrl), call, status: response.status, body }
}

/** Where the quota call goes, as a person would write it; Wix writes two slashes where the base URI ends in one. */
function urlOf(publicUrl: string): string {
  return new URL(methods['quota-info'].slice(1), publicUrl).href
}
