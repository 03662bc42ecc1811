// Whoever reads of a failure reads what to do about what was found, not about everything that could be.
import t from 'tap'
import type { Fault } from '../../src/devkit/docspace-faults.ts'
import { Type, Value } from '../../src/schema.ts'
import { startBridge } from '../helpers/bridge.ts'

const Body = Type.Object({ message: Type.String(), applicationError: Type.Object({ description: Type.String() }) })
const bodyOf = async (answer: Response) => Value.Parse(Body, await answer.json())

const SAID: Partial<Record<Fault, [what: RegExp, remedy: string]>> = {
  'bad-key': [/^The API key is not accepted/, 'Make a new API key, and give the connection that one.'],
  'narrow-scope': [/scope is too narrow/, 'Make an API key with the scope * or *:read.'],
  'portal-removed': [/^There is no such portal/, "Check the portal's address."],
  'unknown-portal': [/^There is no such portal/, "Check the portal's address."],
  redirect: [/redirect/, 'Give the address that the redirect leads to.'],
  'status-500': [/error of its own/, 'Try again later.'],
  reset: [/cannot be reached/, 'Check the address, or try again later.'],
  hang: [/did not answer in time/, 'Try again later.']
}

for (const [fault, [what, remedy]] of Object.entries(SAID)) {
  t.test(`${fault} is told with its own remedy, in the answer and in the log`, async t => {
    // Only what hangs is to be waited for.
    const { call, docspace, log } = await startBridge(t, { docspace: { deadline: fault === 'hang' ? '500ms' : '5s' } })
    docspace.fail(fault as Fault)
    const { message, applicationError } = await bodyOf(await call('everything'))
    t.match(message, what)
    t.equal(applicationError.description, remedy)
    const lines = log.map(line => JSON.parse(line)).filter(({ finding }) => finding !== undefined)
    t.ok(lines.length >= 2)
    for (const line of lines) t.equal(line.remedy, remedy, line.msg)
    // What is remembered of a refusal is told in the same words.
    t.equal((await bodyOf(await call('everything'))).applicationError.description, remedy)
  })
}
