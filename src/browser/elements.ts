// Elements of the page: found and made. What is put into them is text, whatever stands in it.

/**
 * The element of an id.
 * @throws {Error} when the page has none of that kind
 */
export function find<Kind extends Element>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new Error(`the page has no ${kind.name} ${id}`)
}

/** An element with attributes; what is undefined is left out. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...content: readonly (Node | string | undefined)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value)
  made.append(...content.filter(each => each !== undefined))
  return made
}

/** A button that does something. */
export function button(label: string, onClick: () => void, attributes: Readonly<Record<string, string>> = {}) {
  const made = make('button', { type: 'button', ...attributes }, label)
  made.addEventListener('click', onClick)
  return made
}

/** A link that looks like a button; only the web's addresses become one, all else stays text. */
export function link({ label, url }: { label: string; url: string }): HTMLElement {
  const { protocol } = URL.parse(url) ?? {}
  if (protocol !== 'https:' && protocol !== 'http:') return make('span', {}, label)
  return make('a', { class: 'button', href: url, target: '_blank', rel: 'noreferrer' }, label)
}

/** Choices of a select, by value and label, in the place of what it had. */
export function offer(select: HTMLSelectElement, options: readonly (HTMLElement | readonly [string, string])[]): void {
  select.replaceChildren(
    ...options.map(option => (option instanceof HTMLElement ? option : make('option', { value: option[0] }, option[1])))
  )
}
