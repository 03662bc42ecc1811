// The pages of the management listener: signing in, and which of the views is seen.
import type { PreviewChoices } from '../preview/answer.ts'
import { attempt, call, signIn } from './api.ts'
import { openAudit } from './audit.ts'
import { openConnections } from './connections.ts'
import { find } from './elements.ts'
import { openPreview } from './preview.ts'

const VIEWS = ['preview', 'connections', 'audit'] as const
type View = (typeof VIEWS)[number]

const signInForm = find('sign-in', HTMLFormElement)
const tokenField = find('token', HTMLInputElement)
const signedIn = find('signed-in', HTMLElement)
/** What each view does when it comes to be seen. */
let shows: Readonly<Record<View, () => void>> | undefined

/** The view that the address names. */
const viewHere = (): View => VIEWS.find(view => location.pathname.startsWith(`/${view}`)) ?? 'preview'

function see(view: View): void {
  for (const each of VIEWS) {
    find(`view-${each}`, HTMLElement).hidden = each !== view
    const tab = find(`to-${each}`, HTMLAnchorElement)
    if (each === view) tab.setAttribute('aria-current', 'page')
    else tab.removeAttribute('aria-current')
  }
  shows?.[view]()
}

/** Another view of the same page: a page that is left forgets its token. */
function go(view: View): void {
  history.pushState(null, '', `/${view}`)
  see(view)
  find(`title-${view}`, HTMLElement).focus()
}

function signOut(): void {
  signIn('', () => {})
  shows = undefined
  signedIn.hidden = true
  signInForm.hidden = false
  for (const id of ['result', 'connections-list', 'connections-shared-list', 'audit-list'])
    find(id, HTMLElement).replaceChildren()
}

async function start(token: string): Promise<void> {
  signIn(token, signOut)
  const choices = await call<PreviewChoices>('GET', '/v1/preview')
  signInForm.hidden = true
  signedIn.hidden = false
  const preview = openPreview(choices)
  shows = {
    preview: preview.show,
    connections: openConnections(choices, (site, provider) => {
      preview.choose(site, provider)
      go('preview')
    }),
    audit: openAudit(choices)
  }
  see(viewHere())
}

signInForm.addEventListener('submit', event => {
  event.preventDefault()
  const token = tokenField.value.trim()
  tokenField.value = ''
  void attempt(() => start(token))
})
find('sign-out', HTMLButtonElement).addEventListener('click', () => location.reload())
for (const view of VIEWS) {
  find(`to-${view}`, HTMLAnchorElement).addEventListener('click', event => {
    // In a tab of its own one has to sign in again.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    go(view)
  })
}
addEventListener('popstate', () => see(viewHere()))

const code = location.hash.slice(1)
if (code !== '') {
  // Before all else: it stays in no history, and in no picture of the screen.
  history.replaceState(null, '', location.pathname)
  void attempt(async () => {
    signIn(code, () => {})
    const { token } = await call<{ token: string }>('POST', '/v1/sessions')
    await start(token)
  })
}
