// One connection: how it is, what to do about it, and what the management API can do with it.
import { announce, attempt, call } from './api.ts'
import { confirmed } from './confirm.ts'
import { button, make } from './elements.ts'
import { say, sayOf, sayTime } from './words.ts'

/** A connection as the management API tells it; one that stands in the configuration has no site. */
export interface Connection {
  provider: string
  instanceId?: string
  connection?: Readonly<Record<string, unknown>>
  health: string
  finding?: string
  remedy?: string
  checkedAt?: string
}

/** Shows what a site is shown. */
export type ShowSite = (site: string, provider: string) => void

/** A row of a list; what is found takes its place. */
export function drawConnection(shown: Connection, preview: ShowSite = () => {}): HTMLElement {
  const { provider, instanceId } = shown
  const path = `/v1/connections/${encodeURIComponent(provider)}/${encodeURIComponent(instanceId ?? 'shared')}`
  const row = make('li', {}, ...drawFacts(shown))

  const does = (label: string, work: () => Promise<void>) =>
    button(label, () => void attempt(work), { 'aria-label': `${label}: ${provider} ${instanceId ?? ''}`.trim() })
  const check = does(say('page.connections.check'), async () => {
    const found = await call<Connection>('POST', `${path}/check`)
    const drawn = drawConnection(found, preview)
    row.replaceWith(drawn)
    // Whoever pressed the button goes on from where they were.
    drawn.querySelector('button')?.focus()
    announce(`${say('page.done')} ${sayOf('page.health', found.health)}`)
  })
  if (instanceId === undefined) {
    row.append(make('p', { class: 'actions' }, check))
    return row
  }
  const refresh = does(say('page.connections.refresh'), async () => {
    await call('POST', `${path}/refresh`)
    announce(say('page.done'))
  })
  const remove = does(say('page.connections.delete'), async () => {
    if (!(await confirmed(say('page.connections.question', { site: instanceId, name: provider })))) return
    await call('DELETE', path)
    row.remove()
    announce(say('page.done'))
  })
  const show = button(say('page.preview.title'), () => preview(instanceId, provider))
  row.append(make('p', { class: 'actions' }, check, refresh, show, remove))
  return row
}

function drawFacts({ provider, instanceId, connection = {}, health, finding, remedy = '', checkedAt }: Connection) {
  const fields = Object.entries(connection)
  return [
    make(
      'p',
      { class: 'names' },
      make('strong', {}, provider),
      instanceId === undefined ? undefined : make('code', {}, instanceId),
      make('span', { class: `health ${health}` }, sayOf('page.health', health))
    ),
    finding === undefined ? undefined : make('p', { lang: 'en', dir: 'ltr' }, make('code', {}, finding), ` ${remedy}`),
    fields.length === 0
      ? undefined
      : make(
          'p',
          { class: 'details' },
          ...fields.map(([name, value]) => make('code', {}, `${name}: ${String(value)}`))
        ),
    checkedAt === undefined
      ? undefined
      : make(
          'p',
          { class: 'details' },
          `${say('page.connections.checked')}: `,
          make('time', { datetime: checkedAt }, sayTime(checkedAt))
        )
  ].filter(each => each !== undefined)
}
