// The management API, as this page calls it. The token is in the memory of this module alone: whoever leaves the page has signed out.
import { find } from './elements.ts'
import { say } from './words.ts'

let token = ''
let onSignedOut = () => {}

/** What the API answered in the place of what was asked for; `remedy` says what to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly remedy: string

  constructor(message: string, remedy: string) {
    super(message)
    this.remedy = remedy
  }
}

/** From now on calls bring this token. `signedOut` hears when it opens nothing any more. */
export function signIn(opens: string, signedOut: () => void): void {
  token = opens
  onSignedOut = signedOut
}

/**
 * Calls the API. What it answers is of one version with this page, and checked by its own schema before it leaves; so is what
 * it answers with a status that is `expected` beside those that say yes.
 * @throws {Refusal} when it says no, or cannot be reached
 */
export async function call<Answer = void>(
  method: string,
  path: string,
  body?: object,
  expected: readonly number[] = []
): Promise<Answer> {
  const response = await fetch(path, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body && { body: JSON.stringify(body) })
  }).catch(() => {
    throw new Refusal(say('page.unreachable'), '')
  })
  const text = await response.text()
  const answer = text === '' ? undefined : JSON.parse(text)
  if (response.ok || expected.includes(response.status)) return answer
  if (response.status === 401) onSignedOut()
  throw new Refusal(answer.message, answer.applicationError.description)
}

/** Does work of the page's; what goes wrong is told where everybody looks, and nothing else is. */
export async function attempt(work: () => Promise<unknown>): Promise<void> {
  const problem = find('problem', HTMLElement)
  problem.replaceChildren()
  try {
    await work()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    problem.replaceChildren(`${error.message} ${error.remedy}`.trim())
  }
}

/** Tells that something was done, also to those who do not see it. */
export function announce(text: string): void {
  find('status', HTMLElement).textContent = text
}
