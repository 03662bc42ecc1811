// The preview: what is asked for, the answer as Wix shows it, and how it was come by.
import type { PreviewAnswer, PreviewChoices } from '../preview/answer.ts'
import { attempt, call } from './api.ts'
import { find, make, offer } from './elements.ts'
import { drawModal } from './modal.ts'
import { language, say, sayDuration, sayOf } from './words.ts'

export interface PreviewView {
  /** Chooses real numbers of a site, as an action of this provider tells them. */
  choose(site: string, provider: string): void
  /** Shows what was chosen. */
  show(): void
}

/** Offers what can be asked for. */
export function openPreview({ actions, providers, languages, states }: PreviewChoices): PreviewView {
  const form = find('preview-form', HTMLFormElement)
  const action = find('action', HTMLSelectElement)
  const site = find('site', HTMLInputElement)
  const tongue = find('language', HTMLSelectElement)
  const state = find('state', HTMLSelectElement)

  offer(
    action,
    [...Map.groupBy(actions, ({ provider }) => provider)].map(([provider, of]) =>
      make('optgroup', { label: provider }, ...of.map(({ key }) => make('option', { value: key }, key)))
    )
  )
  offer(
    tongue,
    languages.map(({ tag, name }) => [tag, name])
  )
  offer(
    state,
    ['live', ...states].map(name => [name, sayOf('page.state', name)])
  )
  tongue.value = language
  state.value = 'fresh'

  const isPerSite = () => {
    const provider = actions.find(({ key }) => key === action.value)?.provider
    return providers.some(({ name, isPerSite }) => name === provider && isPerSite)
  }

  let latest = 0

  function show(): void {
    site.disabled = !isPerSite()
    const asked = {
      action: action.value,
      language: tongue.value,
      ...(state.value !== 'live' && { state: state.value }),
      ...(isPerSite() && site.value.trim() !== '' && { site: site.value.trim() })
    }
    latest += 1
    const turn = latest
    const result = find('result', HTMLElement)
    result.ariaBusy = 'true'
    void attempt(async () => {
      try {
        const answer = await call<PreviewAnswer>('POST', '/v1/preview', asked)
        // One that was asked for earlier may come later.
        if (turn === latest) result.replaceChildren(...draw(answer))
      } finally {
        if (turn === latest) result.ariaBusy = 'false'
      }
    })
  }

  form.onchange = show
  form.onsubmit = event => {
    event.preventDefault()
    show()
  }
  return {
    show,
    choose(of, provider) {
      const first = actions.find(each => each.provider === provider)
      if (first) action.value = first.key
      site.value = of
      state.value = 'live'
    }
  }
}

function draw(answer: PreviewAnswer): HTMLElement[] {
  const { isSample, status, served, ageSeconds, cacheStatus, upstream, answer: told, error, logLine } = answer
  const facts = make(
    'ul',
    { class: 'facts' },
    make('li', {}, say(isSample ? 'page.preview.sample' : 'page.preview.real')),
    make('li', {}, sayServed(served)),
    ageSeconds === undefined ? undefined : make('li', {}, sayDuration(ageSeconds, 'second')),
    make('li', {}, make('code', {}, `HTTP ${status}`)),
    cacheStatus === undefined ? undefined : make('li', {}, make('code', {}, `Cache-Status: ${cacheStatus}`))
  )
  return [
    make('div', {}, drawModal(answer), facts),
    make(
      'div',
      {},
      make('h3', {}, say('page.preview.upstream')),
      upstream.length === 0 ? make('p', {}, say('page.none')) : make('ul', {}, ...upstream.map(drawCall)),
      make('h3', {}, say('page.preview.log')),
      make('pre', { dir: 'ltr' }, JSON.stringify(logLine, null, 1)),
      make('h3', {}, say('page.preview.answer')),
      make('pre', { dir: 'ltr' }, JSON.stringify(told ?? error, null, 2))
    )
  ]
}

function drawCall({ method, operation, ms, finding, reason }: PreviewAnswer['upstream'][number]): HTMLElement {
  const failed = [finding, reason].filter(each => each !== undefined).join(', ')
  return make(
    'li',
    {},
    make('code', {}, `${method} ${operation}`),
    ` ${sayDuration(ms, 'millisecond')} `,
    failed === '' ? undefined : make('code', {}, failed)
  )
}

function sayServed(served: PreviewAnswer['served']): string {
  return served === 'miss' || served === 'update' ? say('page.served.fetched') : sayOf('page.served', served)
}
