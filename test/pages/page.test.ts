// What every page of ours keeps to: text stays text, and nothing runs, is fetched or is revealed.
import { createHash } from 'node:crypto'
import t from 'tap'
import { html, textOf } from '../../src/pages/html.ts'
import { linkButton, pageDocument, pageHeaders } from '../../src/pages/page.ts'

t.test('what is put into HTML is text, between tags and in attributes', async t => {
  const evil = `<script>alert("1")</script> & 'x'`
  t.equal(
    textOf(html`<p title="${evil}">${evil}</p>`),
    '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;</p>'
  )
  t.equal(
    textOf(html`<ul>${['<', '>'].map(each => html`<li>${each}</li>`)}</ul>`),
    '<ul><li>&lt;</li><li>&gt;</li></ul>'
  )
  t.equal(textOf(html`${undefined}${5}${html`<b>${'&'}</b>`}`), '5<b>&amp;</b>')
})

t.test('a page names its language and the direction it is written in', async t => {
  const page = (language: string) => pageDocument({ language, title: 'T', body: html`<p>B</p>` })
  t.match(page('de'), /^<!doctype html>\n<html lang="de" dir="ltr">/)
  t.match(page('he'), /^<!doctype html>\n<html lang="he" dir="rtl">/)
  t.match(page('de'), /<title>T<\/title>/)
  t.match(page('de'), /<h1>T<\/h1>\n<p>B<\/p>/)
})

t.test('the one style that may be used is the one that stands in the page, and nothing else may be', async t => {
  const page = pageDocument({ language: 'en', title: '<style></style>$&', body: html`<p>${'</style>'}</p>` })
  const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? []
  t.ok(style.length > 100)
  const hash = createHash('sha256').update(style).digest('base64')
  t.equal(
    pageHeaders['content-security-policy'],
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
  )
  t.notMatch(page, /<script|\son\w+=|\sstyle=|url\(|@import/i)
  t.match(page, '<h1>&lt;style&gt;&lt;/style&gt;$&amp;</h1>')
  t.match(pageHeaders, {
    'content-type': 'text/html; charset=utf-8',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff'
  })
})

t.test('only an address of the web becomes a button', async t => {
  const button = (address: string) => {
    const made = linkButton(address, 'Go')
    return made && textOf(made)
  }
  t.equal(
    button('https://acme.example/?a=1&b="2"'),
    '<p><a class="button" href="https://acme.example/?a=1&amp;b=&quot;2&quot;" rel="noreferrer">Go</a></p>'
  )
  t.ok(button('http://127.0.0.1:8080/'))
  for (const address of ['javascript:alert(1)', ' javascript:alert(1)', 'data:text/html,x', '/here', 'nonsense', ''])
    t.equal(button(address), undefined, address)
})
