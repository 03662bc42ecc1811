// What no answer of either listener may have: a header that tells or keeps too much, a secret, a page that could be framed or run anything.

/** Headers by which others would know what runs here, or recognise who asks. */
const NEVER = ['set-cookie', 'server', 'x-powered-by', 'access-control-allow-origin']
const ALWAYS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
const PAGE_ALWAYS = ["default-src 'none'", "base-uri 'none'"]
const UNSAFE = /unsafe-(inline|eval|hashes)|\*|data:|https?:/

/** What is wrong with an answer; its body is read. */
export async function dangersOf(answer: Response, secrets: readonly string[]): Promise<string[]> {
  const { headers } = answer
  const body = await answer.text()
  const told = [...headers].map(([name, value]) => `${name}: ${value}`).join('\n')
  const policy = headers.get('content-security-policy') ?? ''
  const isPage = headers.get('content-type')?.startsWith('text/html') === true
  return [
    ...NEVER.filter(name => headers.has(name)).map(name => `has ${name}`),
    ...Object.entries(ALWAYS)
      .filter(([name, value]) => headers.get(name) !== value)
      .map(([name, value]) => `${name} is ${headers.get(name)}, not ${value}`),
    ...secrets.filter(secret => body.includes(secret)).map(() => 'a secret is in the body'),
    ...secrets.filter(secret => told.includes(secret)).map(() => 'a secret is in the headers'),
    ...(isPage ? pageDangers(policy, headers.get('referrer-policy'), body) : [])
  ]
}

function pageDangers(policy: string, referrer: string | null, body: string): string[] {
  const directives = policy.split('; ')
  return [
    ...PAGE_ALWAYS.filter(each => !directives.includes(each)).map(each => `the policy lacks ${each}`),
    ...(directives.some(each => each.startsWith('frame-ancestors ')) ? [] : ['the policy says nothing of frames']),
    ...directives
      .filter(each => !each.startsWith('frame-ancestors ') && UNSAFE.test(each))
      .map(each => `admits ${each}`),
    ...(referrer === 'no-referrer' ? [] : ['tells where a link stood']),
    ...(/\son\w+=|javascript:|<script(?![^>]*nonce=)/i.test(body) ? ['runs what stands in it'] : [])
  ]
}
