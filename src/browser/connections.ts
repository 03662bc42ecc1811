// The connections: listed and searched, those of the sites and those that stand in the configuration.
import type { PreviewChoices } from '../preview/answer.ts'
import { attempt, call } from './api.ts'
import { type Connection, drawConnection, type ShowSite } from './connection.ts'
import { find, make, offer } from './elements.ts'
import { say, sayOf } from './words.ts'

const HEALTHS = ['ok', 'limited', 'failing', 'unchecked']

interface ConnectionPage {
  connections: Connection[]
  nextCursor?: string
}

/** Offers what can be searched for; the function that it gives lists anew. */
export function openConnections({ providers, isStoreKept }: PreviewChoices, preview: ShowSite): () => void {
  const form = find('connections-form', HTMLFormElement)
  const provider = find('connections-provider', HTMLSelectElement)
  const health = find('connections-health', HTMLSelectElement)
  const site = find('connections-site', HTMLInputElement)
  const list = find('connections-list', HTMLElement)
  const more = find('connections-more', HTMLButtonElement)
  const shared = providers.filter(({ isPerSite }) => !isPerSite).map(({ name }) => name)
  let cursor: string | undefined

  form.hidden = !isStoreKept
  find('connections-shared', HTMLElement).hidden = shared.length === 0
  const perSite = providers.filter(({ isPerSite }) => isPerSite)
  offer(provider, [['', say('page.all')], ...perSite.map(({ name }) => [name, name] as const)])
  offer(health, [['', say('page.all')], ...HEALTHS.map(name => [name, sayOf('page.health', name)] as const)])

  async function listPage(): Promise<void> {
    if (!isStoreKept) return
    const asked = Object.entries({
      ...{ provider: provider.value, health: health.value, instanceId: site.value.trim(), cursor: cursor ?? '' }
    }).filter(([, value]) => value !== '')
    const page = await call<ConnectionPage>('GET', `/v1/connections?${new URLSearchParams(asked)}`)
    if (cursor === undefined) list.replaceChildren()
    list.append(...page.connections.map(each => drawConnection(each, preview)))
    if (list.childElementCount === 0) list.append(make('li', {}, say('page.none')))
    cursor = page.nextCursor
    more.hidden = cursor === undefined
  }
  const again = () => {
    cursor = undefined
    void attempt(() => Promise.all([listPage(), listShared(shared)]))
  }
  form.onchange = again
  form.onsubmit = event => {
    event.preventDefault()
    again()
  }
  more.onclick = () => void attempt(listPage)
  return again
}

interface Readiness {
  checks: { connections?: Readonly<Record<string, Omit<Connection, 'provider' | 'instanceId'>>> }
}

/** Those that stand in the configuration: what is known of their health is what readiness tells, whether ready or not. */
async function listShared(providers: readonly string[]): Promise<void> {
  const { checks } = await call<Readiness>('GET', '/health/ready', undefined, [503])
  const rows = providers.map(provider =>
    drawConnection({ health: 'unchecked', ...checks.connections?.[provider], provider })
  )
  find('connections-shared-list', HTMLElement).replaceChildren(...rows)
}
