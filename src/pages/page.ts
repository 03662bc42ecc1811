// A page for a person's browser: the layout that all share, and headers under which it can run, fetch and reveal nothing.
import { createHash } from 'node:crypto'
import { isRightToLeft } from '../presentation/isolates.ts'
import { type Html, html, textOf } from './html.ts'
import { STYLE } from './style.ts'

export interface Page {
  /** The language's BCP 47 tag. */
  language: string
  title: string
  /** What stands under the title. */
  body: Html
}

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** What a page may do beside being read. */
export interface PageRights {
  /** Whether it may send its forms, here alone. */
  sendsForms?: boolean
  /** Whose pages may show it in a frame. */
  frameAncestors?: readonly string[]
}

/**
 * What goes out with a page. Nothing is loaded but the style that stands in it, and where a link leads is not told from
 * where: an address of ours may hold a token. https://www.w3.org/TR/CSP3/
 */
export function headersFor({ sendsForms = false, frameAncestors = [] }: PageRights): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    "base-uri 'none'",
    `form-action ${sendsForms ? "'self'" : "'none'"}`,
    `frame-ancestors ${frameAncestors.length > 0 ? frameAncestors.join(' ') : "'none'"}`
  ]
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff'
  }
}

/** What goes out with a page that is there to be read. */
export const pageHeaders = headersFor({})

/** The whole document. */
export function pageDocument({ language, title, body }: Page): string {
  const document = textOf(html`<!doctype html>
<html lang="${language}" dir="${isRightToLeft(language) ? 'rtl' : 'ltr'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style></style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`)
  // Not a value like the others: it must stand byte for byte as its hash was made.
  return document.replace('<style></style>', () => `<style>${STYLE}</style>`)
}

/** A link that looks like a button. Only the web's addresses become one: no other can do anything but lead away. */
export function linkButton(address: string, label: string): Html | undefined {
  const { protocol } = URL.parse(address) ?? {}
  if (protocol !== 'https:' && protocol !== 'http:') return undefined
  return html`<p><a class="button" href="${address}" rel="noreferrer">${label}</a></p>`
}
