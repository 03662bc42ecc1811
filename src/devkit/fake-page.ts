// What a page of the fakes shows to whoever clicked a link: that it is not the real one, and what that would be.
import type { ServerResponse } from 'node:http'
import { html } from '../pages/html.ts'
import { pageDocument, pageHeaders } from '../pages/page.ts'

export interface FakePage {
  title: string
  text: string
}

/** Answers with the page. */
export function sendPage(response: ServerResponse, { title, text }: FakePage): void {
  response.writeHead(200, pageHeaders).end(pageDocument({ language: 'en', title, body: html`<p>${text}</p>` }))
}
