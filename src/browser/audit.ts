// Who changed which connection, and when.
import type { PreviewChoices } from '../preview/answer.ts'
import { attempt, call } from './api.ts'
import { find, make } from './elements.ts'
import { say, sayTime } from './words.ts'

interface AuditPage {
  entries: { at: string; actor: string; action: string; provider: string; instanceId: string }[]
  nextCursor?: string
}

/** The function that it gives lists anew. */
export function openAudit({ isStoreKept }: PreviewChoices): () => void {
  const list = find('audit-list', HTMLElement)
  const more = find('audit-more', HTMLButtonElement)
  let cursor: string | undefined

  async function listPage(): Promise<void> {
    if (!isStoreKept) return
    const query = cursor === undefined ? '' : `?${new URLSearchParams({ cursor })}`
    const { entries, nextCursor } = await call<AuditPage>('GET', `/v1/audit${query}`)
    if (cursor === undefined) list.replaceChildren()
    for (const { at, actor, action, provider, instanceId } of entries) {
      const whose = [provider, instanceId].filter(each => each !== '').map(each => make('code', {}, each))
      list.append(
        make('li', {}, make('time', { datetime: at }, sayTime(at)), make('strong', {}, actor), action, ...whose)
      )
    }
    if (list.childElementCount === 0) list.append(make('li', {}, say('page.none')))
    cursor = nextCursor
    more.hidden = cursor === undefined
  }
  more.onclick = () => void attempt(listPage)
  return () => {
    cursor = undefined
    void attempt(listPage)
  }
}
