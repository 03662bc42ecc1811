// What a visitor of the page reads: the form as it stands, what came of what they sent, and why they were refused.
import type { QuotaBridgeError } from '../../errors.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Page } from '../../pages/page.ts'
import type { Words } from '../../presentation/words.ts'
import type { StoredConnection } from '../../store/connections.ts'
import type { ActionQuotaInfo } from '../../wix/contract.ts'
import { visibleFields } from './account.ts'
import { connectForm, copyForm, disconnectForm } from './form.ts'
import type { Visitor } from './visitor.ts'
import { findingWords } from './words.ts'

/** How the form stands. */
export interface FormState {
  visitor: Visitor
  words: Words
  present: StoredConnection | undefined
  /** Whether this site is a copy of one that is connected. */
  isCopy: boolean
  /** What was sent before, of what is no secret. */
  sent?: Readonly<Record<string, string>>
  wrong?: string | undefined
  finding?: string | undefined
  /** Another account was found, which has this plan. */
  another?: { plan: ActionQuotaInfo | undefined }
}

/** The page with the form. */
export function formPage(state: FormState): Page {
  const { visitor, words, present, isCopy, sent, wrong, finding, another } = state
  const { source, proof, isOwner } = visitor
  const { adapter } = source
  const values = sent ?? Object.fromEntries(present ? visibleFields(adapter.connectionSchema, present.connection) : [])
  return {
    ...titled(words, words.tell('button.connect', { name: adapter.title })),
    body: html`<p>${words.tell('page.connect.intro')}</p>
${present && presentState(present, state)}
${finding === undefined ? undefined : problem(findingWords(adapter, finding, words))}
${wrong === undefined ? undefined : problem(words.tell('page.connect.check-field'))}
${another && [planFound(another.plan, words), problem(words.tell('page.connect.another'))]}
${isCopy ? copyForm({ source, words, proof }) : undefined}
${connectForm({ source, words, proof, values, wrong, asks: another !== undefined })}
${present && isOwner ? disconnectForm(words, proof) : undefined}`
  }
}

function presentState({ connection, health, finding }: StoredConnection, { visitor, words }: FormState): Html {
  const { adapter } = visitor.source
  const account = visibleFields(adapter.connectionSchema, connection)
    .map(([, value]) => value)
    .join(', ')
  return html`<div class="told">
${account === '' ? undefined : html`<p>${words.tell('page.connect.connected-with', { account })}</p>`}
${health === 'failing' ? html`<p>${words.tell('page.connect.fails')} ${findingWords(adapter, finding, words)}</p>` : undefined}
</div>`
}

/** What was saved, and the plan that was found with it. */
export function savedPage(
  { source }: Visitor,
  words: Words,
  { health, finding }: Pick<StoredConnection, 'health' | 'finding'>,
  plan: ActionQuotaInfo | undefined
): Page {
  const { adapter } = source
  return {
    ...titled(words, words.tell('page.connect.done.title', { name: adapter.title })),
    body: html`${planFound(plan, words)}
${health === 'limited' ? problem(findingWords(adapter, finding, words)) : undefined}
<p>${words.tell('page.connect.done.text')}</p>`
  }
}

export function disconnectedPage({ source }: Visitor, words: Words): Page {
  return {
    ...titled(words, words.tell('page.connect.disconnected.title', { name: source.adapter.title })),
    body: html`<p>${words.tell('page.connect.disconnect-text')}</p>`
  }
}

/** Why nothing came of a visit, and what to do. */
export function refusedPage({ code }: QuotaBridgeError, words: Words): Page {
  const say = (title: string, text: string): Page => ({ ...titled(words, title), body: html`<p>${text}</p>` })
  const unavailable = words.tell('page.unavailable.title')
  switch (code) {
    case 'CONNECT_TOKEN_ENDED':
    case 'SITE_REMOVED':
      return say(words.tell('page.link-ended.title'), words.tell('page.link-ended.text'))
    case 'OWNER_NEEDED':
      return say(words.tell('page.connect.owner-only.title'), words.tell('page.connect.owner-only.text'))
    case 'INSTANCE_REFUSED':
      return say(unavailable, words.tell('page.connect.reopen'))
    case 'RATE_LIMITED':
      return say(unavailable, words.tell('page.connect.too-many'))
    case 'STORE_UNAVAILABLE':
    case 'OVERLOADED':
    case 'INTERNAL':
      return say(unavailable, words.tell('page.unavailable.text'))
    default:
      return say(unavailable, words.tell('page.connect.unusable'))
  }
}

function titled({ language }: Words, title: string): Pick<Page, 'language' | 'title'> {
  return { language, title }
}

function problem(text: string): Html {
  return html`<div class="told problem" role="alert"><p>${text}</p></div>`
}

/** Plans by name, and what is used of what. */
function planFound(plan: ActionQuotaInfo | undefined, words: Words): Html | undefined {
  const groups = plan?.quotaInfo ?? []
  const names = groups.flatMap(({ plans }) => plans.map(({ name }) => name)).join(' + ')
  const quotas = groups.flatMap(({ quotas }) => quotas)
  if (quotas.length === 0) return undefined
  return html`<div class="told">
${names === '' ? undefined : html`<p>${words.tell('page.connect.plan', { plan: names })}</p>`}
<dl>${quotas.map(({ featureName, currentUsage, limit }) => html`<dt>${featureName}</dt><dd dir="ltr">${currentUsage}${limit === undefined ? undefined : ` / ${limit}`}</dd>`)}</dl>
</div>`
}
