// Pages that move: the same layout and look, with modules and a style of our own beside it, and a policy that admits no others.
import { createHash, randomBytes } from 'node:crypto'
import { type Html, html } from './html.ts'
import { pageDocument, pageHeaders } from './page.ts'
import { STYLE } from './style.ts'

export interface Application {
  /** The language's BCP 47 tag. */
  language: string
  title: string
  /** What stands under the title. */
  body: Html
  /** Paths on this listener: the module that begins, and the style. */
  module: string
  style: string
}

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/**
 * The document, and the headers that go out with it. A module brings those that it imports along, by its nonce; no markup can
 * be made of text there: https://www.w3.org/TR/trusted-types/
 */
export function applicationPage({ language, title, body, module, style }: Application): {
  document: string
  headers: Readonly<Record<string, string>>
} {
  const nonce = randomBytes(16).toString('base64')
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}' 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'"
  ]
  const moving = html`<link rel="stylesheet" href="${style}" nonce="${nonce}">
<script type="module" src="${module}" nonce="${nonce}"></script>
${body}`
  return {
    document: pageDocument({ language, title, body: moving }),
    headers: { ...pageHeaders, 'content-security-policy': policy.join('; ') }
  }
}
