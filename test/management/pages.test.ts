// The pages themselves: in the reader's language, without data, under a policy that admits nothing that is not ours.
import { globSync, readFileSync } from 'node:fs'
import t from 'tap'
import { PAGE_WORDS } from '../../src/browser/page-words.ts'
import { pageBody } from '../../src/management/page-body.ts'
import { textOf } from '../../src/pages/html.ts'
import { LANGUAGES } from '../../src/presentation/catalogues.ts'
import { wordsOf } from '../../src/presentation/words.ts'
import { errorOf, MANAGEMENT_TOKEN, startBridge } from '../helpers/bridge.ts'

const started = startBridge(t, { management: { token: MANAGEMENT_TOKEN }, presentation: { language: 'it' } })
const get = async (path: string, headers: Record<string, string> = {}) =>
  (await started).get('management', path, { headers })

t.test("a page is in the reader's language and direction, and names none of what is configured", async t => {
  for (const [accepted, language, direction, word] of [
    ['de-AT,en;q=0.5', 'de', 'ltr', 'Anmelden'],
    ['he', 'he', 'rtl', 'כניסה'],
    ['xx', 'it', 'ltr', 'Accedi']
  ] as const) {
    for (const path of ['preview', 'connections', 'audit', 'preview/']) {
      const page = await get(path, { 'accept-language': accepted })
      t.equal(page.status, 200)
      t.equal(page.headers.get('content-language'), language)
      const text = await page.text()
      t.match(text, `<html lang="${language}" dir="${direction}">`)
      t.match(text, word)
      t.notMatch(text, /create-room|newsletter|127\.0\.0\.1|docspace/i)
    }
  }
})

t.test('nothing runs but what bears the number of that answer, and no text becomes markup', async t => {
  const [one, other] = await Promise.all([get('preview'), get('preview')])
  const policy = one.headers.get('content-security-policy') ?? ''
  const [, nonce = ''] = /script-src 'nonce-([\w+/=]+)'/.exec(policy) ?? []
  t.ok(nonce.length >= 22)
  const hash = /style-src 'sha256-[\w+/=]+' 'nonce-[\w+/=]+'/
  t.match(policy, hash)
  for (const directive of [
    ...["default-src 'none'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
    ...["require-trusted-types-for 'script'", "trusted-types 'none'"]
  ])
    t.ok(policy.split('; ').includes(directive), directive)
  t.notMatch(other.headers.get('content-security-policy'), nonce, 'another answer has another')
  const text = await one.text()
  const tags = text.match(/<(script|link)[^>]*>/g) ?? []
  t.equal(tags.length, 2)
  for (const tag of tags) t.ok(tag.includes(`nonce="${nonce}"`), tag)
  t.equal(one.headers.get('referrer-policy'), 'no-referrer')
})

t.test('modules are JavaScript, each one that another imports is there, and nothing else is', async t => {
  const sources = globSync('src/browser/*.ts').map(file => file.replace('src/browser/', ''))
  t.ok(sources.length > 8)
  for (const file of sources) {
    const answer = await get(`pages/${file}`)
    t.equal(answer.status, 200, file)
    t.equal(answer.headers.get('content-type'), 'text/javascript; charset=utf-8')
    const text = await answer.text()
    t.notMatch(text, /^import type|: string|<string>/m)
    for (const [, imported = ''] of text.matchAll(/from '\.\/([^']+)'/g)) t.ok(sources.includes(imported), imported)
  }
  const style = await get('pages/style.css')
  t.equal(style.headers.get('content-type'), 'text/css; charset=utf-8')
  t.equal(await style.text(), readFileSync('src/browser/style.css', 'utf8'))
  for (const path of ['pages/tsconfig.json', 'pages/none.ts', 'pages/..%2fapp.ts', 'pages/%2e%2e%2fapp.ts', 'pages/'])
    t.match(await errorOf(await get(path)), { status: 404, code: 'NOT_FOUND' }, path)
})

t.test('in every language all words that the modules say are there, and nothing of the markup breaks', async t => {
  for (const language of LANGUAGES) {
    const body = textOf(pageBody(wordsOf(language)))
    const [, brought = ''] = /data-words="([^"]*)"/.exec(body) ?? []
    const words: unknown[] = JSON.parse(
      brought.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
    )
    t.equal(words.length, PAGE_WORDS.length, language)
    t.ok(words.every(word => typeof word === 'string' && word !== ''))
    t.match(words[PAGE_WORDS.indexOf('page.connections.question')], /\{name\}.*\{site\}/)
  }
})

t.test('the public listener has none of it', async t => {
  for (const path of ['preview', 'connections', 'audit', 'pages/main.ts', 'v1/preview'])
    t.equal((await (await started).get('public', path)).status, 404, path)
})
