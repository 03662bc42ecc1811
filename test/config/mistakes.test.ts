// Mistakes as operators make them, and the sentence that each of them is told.
import t, { type Test } from 'tap'
import { sharedWix } from '../helpers/bridge.ts'
import { ENVIRONMENT, GOOD, read, told } from '../helpers/mistakes.ts'

type Row = [mistake: string, yaml: string, sentence: RegExp, environment?: NodeJS.ProcessEnv]

const put = (from: string | RegExp, to: string) => GOOD.replace(from, () => to)
const CONNECTION = /connection: .*/
const add = (more: string) => `${GOOD}${more}\n`
const setting = (text: string) => put('type: docspace', `type: docspace\n    ${text}`)
const shop = (quota: string) =>
  put(
    'actions:',
    `  shop: { type: static, groups: [{ plans: [], quotas: [{ feature: a, name: A, used: 1, limit: 2, ${quota} }] }] }\nactions:`
  )

async function check(t: Test, rows: Row[]) {
  for (const [mistake, yaml, sentence, environment] of rows) {
    const sentences = told(yaml, environment)
    t.match(sentences[0], sentence, mistake)
    t.equal(sentences.length, 1, `${mistake}: one mistake, told once`)
  }
}

t.test('the good one is good', async t => t.strictSame(told(GOOD), []))

t.test('a secret in the place of what should hold it is not shown, the placeholder is', async t => {
  const rows: Row[] = [
    [
      'the list forgotten',
      add('store: { encryptionKeys: "${ENCRYPTION_KEY}" }'),
      /^store\.encryptionKeys \(line 10\) is \$\{ENCRYPTION_KEY\} \(its value is not shown\), but must be a list of one or more: .*for example \["\$\{ENCRYPTION_KEY\}"\]/
    ],
    [
      'the key token forgotten',
      add('management: "${MANAGEMENT_TOKEN}"'),
      /^management \(line 10\) is \$\{MANAGEMENT_TOKEN\} \(its value is not shown\), but must be a mapping with the keys host, port, token, metrics: .*for example \{"token":"\$\{MANAGEMENT_TOKEN\}"\}/
    ],
    [
      'the keys url and apiKey forgotten',
      put(CONNECTION, 'connection: "${DOCSPACE_API_KEY}"'),
      /^providers\.docspace\.connection \(line 7\) is \$\{DOCSPACE_API_KEY\} \(its value is not shown\), but must be a mapping with the keys url, apiKey, or per-site/
    ],
    [
      'a placeholder within a text',
      put('https://acme.onlyoffice.com', '"ftp://${MANAGEMENT_TOKEN}"'),
      /^providers\.docspace\.connection\.url \(line 7\) must start with https/
    ],
    [
      'a secret without a placeholder',
      add('management: a-token-that-nobody-may-read'),
      /^management \(line 10\) is a text, but/
    ],
    [
      'another',
      put(CONNECTION, 'connection: sk-fake-not-a-key'),
      /^providers\.docspace\.connection \(line 7\) is a text, but/
    ],
    [
      'a user and a password in an address',
      add('forward: { to: "https://u:hush@x.example" }'),
      /is the text "https:\/\/…@x\.example", but/
    ]
  ]
  await check(t, rows)
  for (const [mistake, yaml] of rows)
    t.notMatch(told(yaml).join(), /hush|sk-fake|nobody-may-read|YSBrZXkgZm9y/, mistake)
})

t.test('what is written is not what was meant', t =>
  check(t, [
    [
      'no action',
      put(/actions:[\s\S]*/, 'actions: {}\n'),
      /^actions \(line 8\) is an empty mapping, but must be a mapping of one or more: the actions of the app/
    ],
    [
      'no action, no braces',
      put(/actions:[\s\S]*/, 'actions:\n'),
      /^actions \(line 8\) is empty, but must be a mapping of one or more/
    ],
    [
      'an app id that is no GUID',
      put(/appId: .*/, 'appId: my-app'),
      /^wix\.appId \(line 2\) is the text "my-app", but must be the app's id, a GUID/
    ],
    [
      'per-site misspelt',
      put(CONNECTION, 'connection: persite'),
      /^providers\.docspace\.connection \(line 7\) is the text "persite", .*did you mean per-site\?$/
    ],
    ['per_site', put(CONNECTION, 'connection: per_site'), /did you mean per-site\?$/],
    [
      'a language without its region',
      add('presentation: { language: pt }'),
      /^presentation\.language \(line 10\) is the text "pt", but must be a language of the answers; did you mean pt-BR\?$/
    ],
    ['a region too many', add('presentation: { language: en-US }'), /did you mean en\?$/],
    [
      'a language of labels',
      put('features:', 'labels: { pt: { room: x } }, features:'),
      /^actions\.create-room\.labels\.pt \(line 9\) is not a language of the answers; did you mean pt-BR\?$/
    ],
    [
      'labels without a language',
      put('features:', 'labels: { room: x }, features:'),
      /^actions\.create-room\.labels\.room \(line 9\) is the text "x", but must be a mapping: the wordings in one language/
    ],
    [
      'a port too high',
      add('server: { port: 99999 }'),
      /^server\.port \(line 10\) is 99999, but must be a whole number from 0 to 65535: its port/
    ],
    [
      'a port too high in the environment',
      GOOD,
      /^server\.port is overridden by the environment variable PORT, which is the text "99999", but must be a whole number from 0 to 65535/,
      { PORT: '99999' }
    ],
    [
      'one port for both listeners',
      add('server: { port: 8081 }\nmanagement: { token: "${MANAGEMENT_TOKEN}" }'),
      /^management\.port \(line 11\) is 8081, which is the port of server: too/
    ],
    [
      'a list without its brackets',
      put('[room, manager]', 'room'),
      /is the text "room", but must be a list of one or more: which quotas/
    ],
    [
      'a feature twice',
      put('[room, manager]', '[room, manager, room]'),
      /^actions\.create-room\.features\.2 \(line 9\) is room, which stands in the list already$/
    ],
    [
      'yes for true',
      put('features', 'enforced: yes, features'),
      /is the text "yes", but must be true or false: whether Wix/
    ],
    [
      'a number for a text',
      put(/appId: .*/, 'appId: 12345'),
      /^wix\.appId \(line 2\) is 12345, but must be the app's id, a GUID, .*00000000\)$/
    ],
    [
      'a number that could be one',
      shop('unit: count').replace('feature: a,', 'feature: 5,'),
      /feature \(line 8\) is 5, but must be .*, in quotes$/
    ],
    [
      'a duration without its unit',
      setting('deadline: 2500'),
      /^providers\.docspace\.deadline \(line 7\) is 2500, but must be a duration: /
    ],
    [
      'a size in decimal units',
      add('forward: { to: http://x, maxBodySize: 10MB }'),
      /is the text "10MB", but must be a size: .*a number with B, KiB, MiB or GiB/
    ],
    [
      'a date without its time',
      shop('renewsAt: 2027-01-12'),
      /is the text "2027-01-12", but must be a date with its time and zone/
    ],
    [
      'only an address to forward to',
      add('forward: https://x.example'),
      /^forward \(line 10\) is the text "https:\/\/x\.example", but must be a mapping with the keys to, .*for example \{"to":/
    ],
    [
      'forwarding to itself',
      add('forward: { to: http://localhost:8080 }'),
      /^forward\.to \(line 10\) leads back to Quota Bridge itself; name the maker's own server$/
    ],
    [
      'forwarding to itself, in a list',
      add('forward: [{ basePath: /, to: "http://127.0.0.1:8080/x" }]'),
      /^forward\.0\.to \(line 10\) leads back to Quota Bridge itself/
    ],
    [
      'connectUrl with a shared connection',
      setting('connectUrl: https://x.example'),
      /connectUrl \(line 7\) goes together with connection: per-site alone/
    ],
    [
      'an address for an allowed host',
      setting('allowedHosts: ["https://docs.example.com"]'),
      /^providers\.docspace\.allowedHosts\.0 \(line 7\) is the text "https:\/\/docs\.example\.com", but must be a host without https/
    ],
    [
      'a log level',
      add('logLevel: debug'),
      /^logLevel \(line 10\) is not a known key; the environment variable LOG_LEVEL sets/
    ],
    [
      'a path of a portal',
      put('acme.onlyoffice.com,', 'acme.onlyoffice.com/rooms,'),
      /must end after the host, without a path$/
    ],
    [
      'a password that no address can hold',
      add('store: { url: "postgres://u:hu#sh@db/x", encryptionKeys: ["${ENCRYPTION_KEY}"] }'),
      /^store\.url \(line 10\) is not a usable address; in its user and password, write signs such as/
    ],
    [
      'a percent sign',
      add('store: { url: "postgres://u:100%@db/x", encryptionKeys: ["${ENCRYPTION_KEY}"] }'),
      /^store\.url \(line 10\) is not a usable address/
    ]
  ])
)

t.test('a placeholder that is none is told, with the one that was meant', t =>
  check(t, [
    [
      'without braces',
      put('${WIX_PUBLIC_KEY}', '$WIX_PUBLIC_KEY'),
      /^wix\.publicKey \(line 3\) is \$WIX_PUBLIC_KEY, which is not replaced; write \$\{WIX_PUBLIC_KEY\}$/
    ],
    [
      'without braces, in a text',
      add('store: { url: "postgres://u:$DB_PASSWORD@db/x", encryptionKeys: ["${ENCRYPTION_KEY}"] }'),
      /^store\.url \(line 10\) has \$DB_PASSWORD, which is not replaced; write \$\{DB_PASSWORD\}$/,
      { DB_PASSWORD: 'hush' }
    ],
    ['as Kubernetes writes it', put('${WIX_PUBLIC_KEY}', '$(WIX_PUBLIC_KEY)'), /write \$\{WIX_PUBLIC_KEY\}$/],
    ['as templates write it', put('${WIX_PUBLIC_KEY}', '"{{ WIX_PUBLIC_KEY }}"'), /write \$\{WIX_PUBLIC_KEY\}$/],
    ['as Windows writes it', put('${WIX_PUBLIC_KEY}', '"%WIX_PUBLIC_KEY%"'), /write \$\{WIX_PUBLIC_KEY\}$/],
    [
      'with a default',
      put('${WIX_PUBLIC_KEY}', '${WIX_PUBLIC_KEY:-none}'),
      /without defaults and blanks; write \$\{WIX_PUBLIC_KEY\}$/
    ],
    [
      'with blanks',
      put('${WIX_PUBLIC_KEY}', '${ WIX_PUBLIC_KEY }'),
      /without defaults and blanks; write \$\{WIX_PUBLIC_KEY\}$/
    ],
    ['with a prefix', put('${WIX_PUBLIC_KEY}', '${env:WIX_PUBLIC_KEY}'), /write \$\{WIX_PUBLIC_KEY\}$/],
    ['without an end', put('${WIX_PUBLIC_KEY}', '"${WIX_PUBLIC_KEY"'), /has a placeholder that does not end/],
    ['without a name', put('${WIX_PUBLIC_KEY}', '"${}"'), /has a placeholder that names nothing/],
    [
      'misspelt',
      put('${WIX_PUBLIC_KEY}', '${WIX_PUBLICKEY}'),
      /names the environment variable WIX_PUBLICKEY, which is not set; did you mean WIX_PUBLIC_KEY\?$/
    ],
    [
      'not set',
      put('${WIX_PUBLIC_KEY}', '${ANOTHER_NAME}'),
      /ANOTHER_NAME, which is not set; set it, or write the value here$/
    ],
    [
      'empty',
      GOOD,
      /^providers\.docspace\.connection\.apiKey \(line 7\) names the environment variable DOCSPACE_API_KEY, which is set, but empty/,
      { DOCSPACE_API_KEY: '' }
    ],
    [
      'in quotes',
      GOOD,
      /apiKey \(line 7\) names the environment variable DOCSPACE_API_KEY, whose value has quotes around it; take them out/,
      { DOCSPACE_API_KEY: '"sk-fake"' }
    ],
    [
      'as a key',
      put('create-room:', '"${WIX_PUBLIC_KEY}":'),
      /^actions\.\$\{WIX_PUBLIC_KEY\} \(line 9\) is a key, where placeholders are not replaced/
    ],
    [
      'a file that is none',
      put('${WIX_PUBLIC_KEY}', '${file:/no/such}'),
      /names the file \/no\/such, which cannot be read \(there is none\); mount it/
    ],
    [
      'a folder',
      put('${WIX_PUBLIC_KEY}', `\${file:${process.cwd()}}`),
      /cannot be read \(it is a folder; Docker makes one/
    ],
    [
      'a number',
      add('server: { port: "${A_PORT}" }'),
      /^server\.port \(line 10\) is \$\{A_PORT\} \(its value is not shown\), but must be a whole number from 0 to 65535/,
      { A_PORT: '80a' }
    ]
  ])
)

t.test('what a placeholder gives is read as what is wanted', async t => {
  const yaml = `${put('features:', 'enforced: "${ENFORCED}", features:')}server: { port: "\${A_PORT}" }\nforward: { to: http://x, maxConcurrentCalls: "\${CALLS}" }\n`
  const { server, actions, forward } = read(yaml, { A_PORT: '8090', ENFORCED: 'false', CALLS: '7' })
  t.equal(server.port, 8090)
  t.equal(actions.get('create-room')?.enforced, false)
  t.equal(forward[0]?.maxConcurrentCalls, 7)
  t.match(
    told(add('server: { port: "8090" }')),
    [/is the text "8090", but must be a whole number/],
    'and nothing else is'
  )
  t.equal(read(GOOD, { WIX_PUBLIC_KEY: `${ENVIRONMENT.WIX_PUBLIC_KEY}\r\n` }).wix.publicKeys.length, 1)
})

t.test('YAML that goes wrong is told in words of our own', t =>
  check(t, [
    ['an empty file', '', /^The file is empty; start from docker\/quota-bridge\.yaml/],
    ['only a comment', '# nothing yet\n', /^The file is empty/],
    ['only a beginning', '---\n', /^The file is empty/],
    ['a list', '- wix: {}\n', /^The file must be a mapping/],
    ['an ini file', 'appId = x\n', /^The file must be a mapping/],
    [
      'an unquoted file in braces',
      add('management: { token: ${file:/run/secrets/x} }'),
      /^\(line 10\) The file is not YAML: inside braces and brackets a placeholder needs quotes; write "\$\{file:\/run\/secrets\/x\}"\.$/
    ],
    [
      'on a line of its own',
      add('management:\n  { port: 8082,\n    token: ${file:/run/secrets/x} }'),
      /^\(line 12\) .*write "\$\{file:\/run\/secrets\/x\}"/
    ],
    [
      'an unquoted name in brackets',
      add('store: { encryptionKeys: [${ENCRYPTION_KEY}] }'),
      /^\(line 10\) .*write "\$\{ENCRYPTION_KEY\}"/
    ],
    [
      'behind something',
      put('https://acme.onlyoffice.com', 'https://hush@${ENCRYPTION_KEY}'),
      /^\(line 7\) .*write "…\$\{ENCRYPTION_KEY\}"\.$/
    ],
    [
      'typographic quotes',
      put('"${DOCSPACE_API_KEY}"', '“${DOCSPACE_API_KEY}”'),
      /^\(line 7\) .*typographic quotes are no quotes; write "\$\{DOCSPACE_API_KEY\}"/
    ],
    [
      'a star',
      setting('allowedHosts: [*.onlyoffice.com]'),
      /^\(line 7\) .*what begins with \* needs quotes; write "\*\.onlyoffice\.com"\.$/
    ],
    ['a star alone', put('[room, manager]', '[*]'), /^\(line 9\) .*write "\*"/],
    ['a tag', put('${WIX_PUBLIC_KEY}', '!env WIX_PUBLIC_KEY'), /^\(line 3\) .*begins with ! is a tag/],
    ['a template', put('${WIX_PUBLIC_KEY}', '{{ WIX_PUBLIC_KEY }}'), /^\(line 3\) .*put the value in quotes/],
    ['a tab', put('  appId', '\tappId'), /^\(line 2\) .*indented by a tab/],
    ['no blank behind a colon', put('appId: ', 'appId:'), /^\(line 2\) .*a blank is missing behind appId:$/],
    [
      'no blank in braces',
      put('provider: docspace', 'provider:docspace'),
      /^actions\.create-room\.provider \(line 9\) lacks the blank behind its colon$/
    ],
    [
      'a PEM without its indent',
      put('${WIX_PUBLIC_KEY}', `|\n${ENVIRONMENT.WIX_PUBLIC_KEY}`),
      /begins with \| behind its key and is indented below/
    ],
    ['two documents', `${GOOD}---\n${GOOD}`, /^\(line 10\) .*several documents/],
    [
      'another mistake',
      put('  publicKey', ' publicKey'),
      /^\(line 3\) The file is not YAML: All mapping items must start at the same column\.$/
    ],
    ['what the parser stumbled over is not quoted', add('x: 1}hush: {'), /^\(line 1\d\) The file is not YAML: [^"]*$/],
    [
      'an action twice',
      add('  create-room: { provider: docspace }'),
      /^actions\.create-room \(line 10\) stands twice, on line 9 and here; take one out, or give it another name$/
    ],
    [
      'a section twice',
      add('wix: { appId: 6a5d1c0e-0000-4000-8000-00000000de40, publicKey: "${WIX_PUBLIC_KEY}" }'),
      /^wix \(line 10\) stands twice, on line 1 and here/
    ],
    [
      'a merge',
      add('  other: &o { provider: docspace }\n  third: { <<: *o, provider: docspace }'),
      /^actions\.third\.<< \(line 11\) merges another mapping/
    ],
    ['UTF-16', Buffer.from(GOOD, 'utf16le').toString('utf8'), /^The file is not text in UTF-8/],
    [
      'a bomb',
      `a: &a [x]\n${Array.from({ length: 9 }, (_, n) => `b${n}: &b${n} [${`*${n === 0 ? 'a' : `b${n - 1}`}, `.repeat(9)}]`).join('\n')}`,
      /^The file repeats parts of itself/
    ]
  ])
)

t.test('items of a list have lines of their own', async t => {
  const yaml = put('features: [room, manager] }', 'features:\n      - room\n      - managers\n').replace(
    '{ provider: docspace,',
    '\n    provider: docspace\n   '
  )
  t.match(told(yaml), [/^actions\.create-room\.features\.1 \(line 13\) is managers/])
})

t.test('a public key whose newlines became blanks is a public key', async t => {
  const blanks = sharedWix.publicKeyPem.replaceAll('\n', ' ')
  t.equal(read(GOOD, { WIX_PUBLIC_KEY: blanks }).wix.publicKeys.length, 1)
  t.equal(
    read(put('${WIX_PUBLIC_KEY}', sharedWix.publicKeyPem.trim().replaceAll('\n', '\n    '))).wix.publicKeys.length,
    1
  )
})
