// HTML in which text stays text: whatever is put into it is escaped, but for what was made here itself.

const MARKUP = Symbol('markup')

/** A piece of HTML that `html` made; nothing else can. */
export interface Html {
  readonly [MARKUP]: string
}

/** What may be put into a piece of HTML; undefined leaves nothing behind. */
export type Content = string | number | Html | readonly Content[] | undefined

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** A piece of HTML: html`<p title="${text}">${text}</p>`. Values stand between tags, or in attributes within quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return { [MARKUP]: parts.map((part, index) => part + markupOf(values[index])).join('') }
}

/** The HTML as it is sent. */
export function textOf(piece: Html): string {
  return piece[MARKUP]
}

function markupOf(content: Content): string {
  if (content === undefined) return ''
  if (typeof content === 'object') return MARKUP in content ? content[MARKUP] : content.map(markupOf).join('')
  return String(content).replace(/[&<>"']/g, character => ESCAPES[character] ?? '')
}
