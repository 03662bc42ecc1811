// What the page for connecting sites needs of the rest of the configuration.
import t from 'tap'
import { GOOD, read, STORE_KEY, told } from '../helpers/mistakes.ts'

const URL = 'server: { publicUrl: https://quota.example.com/ }'
const STORE = `store: { encryptionKeys: ["${STORE_KEY}"] }`
const PER_SITE = GOOD.replace(/connection: .*/, 'connection: per-site')
const file = (...more: string[]) => `${[PER_SITE.trimEnd(), STORE, URL, ...more].join('\n')}\n`
const ON = 'connect: { page: true }'

t.test(
  'off without a word; with page: true the button of a provider leads to it, unless it leads to a page of yours',
  async t => {
    const off = read(file())
    t.match(off.connect, { page: false, fromQuotaScreen: 'create-and-repair', frameAncestors: ['https://*.wix.com'] })
    t.equal(off.providers.get('docspace')?.connectUrl, undefined)
    const on = read(file(ON)).providers.get('docspace')
    t.match(on, { connectUrl: 'https://quota.example.com/connect', connectsHere: true })
    const own = file(ON).replace(
      'connection: per-site',
      'connection: per-site\n    connectUrl: https://app.example.com/'
    )
    t.match(read(own).providers.get('docspace'), { connectUrl: 'https://app.example.com/' })
    t.equal(read(own).providers.get('docspace')?.connectsHere, undefined)
    const closed = file('connect: { page: true, fromQuotaScreen: off }').replace(
      'wix:',
      'wix:\n  appSecret: not-a-secret'
    )
    t.equal(read(closed).providers.get('docspace')?.connectUrl, undefined)
    t.equal(read(closed).wix.appSecret, 'not-a-secret')
  }
)

t.test('what it needs is told where it lacks', async t => {
  const rows: [string, string, RegExp][] = [
    ['no address', file(ON).replace(`${URL}\n`, ''), /^connect\.page \(line \d+\) needs server\.publicUrl/],
    [
      'nothing per site',
      `${GOOD.trimEnd()}\n${[STORE, URL, ON].join('\n')}\n`,
      /^connect\.page \(line \d+\) has nothing to connect/
    ],
    [
      'anybody may ask',
      file(ON).replace('wix:', 'wix:\n  allowUnsigned: true'),
      /^connect\.page .* does not go together with wix\.allowUnsigned/
    ],
    [
      'no way in',
      file('connect: { page: true, fromQuotaScreen: off }'),
      /^connect\.fromQuotaScreen .* without wix\.appSecret no other way leads/
    ],
    [
      'below a base path',
      file(ON).replace('server: {', 'server: { basePath: /Connect/quota/,'),
      /^connect\.page .* lies at \/connect/
    ],
    ['a misspelt key', file('connect: { pages: true }'), /^connect\.pages .* did you mean page\?/],
    ['another word', file('connect: { fromQuotaScreen: create }'), /^connect\.fromQuotaScreen .*create-and-repair/],
    [
      'no origin',
      file('connect: { frameAncestors: ["https://a.example/ \'unsafe-inline\'"] }'),
      /^connect\.frameAncestors\.0 .* an origin/
    ]
  ]
  for (const [mistake, yaml, sentence] of rows) {
    const sentences = told(yaml)
    t.match(sentences[0], sentence, mistake)
    t.equal(sentences.length, 1, `${mistake}: told once`)
  }
  const alone = `${GOOD.trimEnd()}\n${[URL, ON].join('\n')}\n`
  t.match(told(alone), [/server\.publicUrl .* needs a store/, /connect\.page .* needs a store/], 'nowhere to keep it')
})
