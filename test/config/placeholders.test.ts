// The value of a placeholder is never printed, wherever in a configuration it stands.
import fc from 'fast-check'
import t from 'tap'
import { startService } from '../../src/app.ts'
import { readConfiguration } from '../../src/config/load.ts'
import { configuredSecrets } from '../../src/config/secrets.ts'
import { createLogger } from '../../src/logging.ts'
import { ConfigurationError } from '../../src/mistakes.ts'
import { adapters } from '../../src/providers/index.ts'
import { startFailure } from '../../src/start-failure.ts'
import { sharedWix } from '../helpers/bridge.ts'
import { logSink } from '../helpers/log-sink.ts'
import { STORE_KEY } from '../helpers/mistakes.ts'

const quota = (feature: string) => ({ feature, name: 'Emails sent', used: 346, limit: 500 })

/** Every key that there is, with values that are right. */
const FULL = {
  wix: { appId: sharedWix.appId, publicKey: [sharedWix.publicKeyPem], allowUnsigned: true },
  server: {
    host: '127.0.0.1',
    port: 0,
    basePath: '/quota/',
    publicUrl: 'https://quota.example.com',
    maxConcurrentCalls: 2000,
    trustProxy: ['10.0.0.0/8'],
    drain: '0s',
    grace: '10s'
  },
  forward: { to: 'https://actions.example.com/wix', timeout: '60s', maxConcurrentCalls: 1000, maxBodySize: '10MiB' },
  management: { host: '127.0.0.1', port: 0, token: 'a-token-of-16-chars' },
  store: { url: 'file::memory:', encryptionKeys: [STORE_KEY] },
  presentation: { sizes: 'in-name', language: 'en' },
  providers: {
    portal: {
      type: 'docspace',
      deadline: '2500ms',
      patience: '1500ms',
      freshFor: '60s',
      keepFor: '24h',
      connection: { url: 'https://acme.onlyoffice.com', apiKey: 'sk-fake' },
      allowedHosts: ['*.onlyoffice.com', 'docs.example.com'],
      allowPrivateHosts: false,
      upgradePath: '/billing'
    },
    sites: { type: 'docspace', connection: 'per-site', connectUrl: 'https://app.example.com/connect' },
    newsletter: {
      type: 'static',
      groups: [
        {
          plans: [{ id: 'free', name: 'Free' }],
          quotas: [
            {
              ...quota('emails'),
              name: { en: 'Emails sent', de: 'Gesendete Mails' },
              unit: 'count',
              renewsAt: '2027-01-12T00:00:00Z',
              manageUrl: 'https://example.com/manage'
            },
            quota('contacts')
          ],
          upgradeUrl: 'https://example.com/upgrade'
        }
      ]
    }
  },
  actions: {
    room: { provider: 'portal', features: ['room', 'manager'], enforced: true },
    email: {
      provider: 'newsletter',
      features: ['emails', 'contacts'],
      labels: { de: { emails: 'Mails', 'button.upgrade': 'Mehr', 'tooltip.over-limit': '{used} > {limit}' } }
    }
  }
}

const OTHER_FORMS = {
  ...FULL,
  server: { ...FULL.server, basePath: undefined },
  forward: [{ basePath: '/email/', to: 'https://email.example.com', timeout: '60s' }],
  management: { ...FULL.management, token: [{ name: 'ops', token: 'a-token-of-16-chars' }] },
  wix: { ...FULL.wix, publicKey: sharedWix.publicKeyPem, allowUnsigned: false },
  store: { ...FULL.store, url: 'postgres://u@127.0.0.1:1/x' }
}

/** Every place in a configuration, from the whole inwards. */
function placesIn(value: unknown, at: string[] = []): string[][] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return [at, ...inner.flatMap(([key, item]) => (item === undefined ? [] : placesIn(item, [...at, key])))]
}

function putAt(value: unknown, [key, ...rest]: string[], text: string): unknown {
  if (key === undefined) return text
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === key ? putAt(item, rest, text) : item))
  return Object.fromEntries(
    Object.entries(value ?? {}).map(([name, item]) => [name, name === key ? putAt(item, rest, text) : item])
  )
}

const digits = (text: string) => `${text.replace(/\D/g, '7')}7`

/** What stands out: whatever is printed of it is found, also in lower case, also a part. */
const core = fc.stringMatching(/^[A-Z0-9]{24}$/)
const SHAPES: ((core: string) => string)[] = [
  text => text,
  text => text.slice(0, 9),
  text => `${text.repeat(4)}\n${text}`,
  text => `"${text}"\\${text}'`,
  text => `{"token":"${text}"}`,
  text => `https://${text}.example.com/${text}?${text}`,
  text => `https://user:${text}@example.com`,
  text => `postgres://u:${text}@127.0.0.1:1/${text}`,
  text => `file:data/${text}.db`,
  text => `/${text}/v1/quota-info`,
  text => `-----BEGIN PUBLIC KEY-----\n${text}\n-----END PUBLIC KEY-----`,
  text => `{${text}} of {${text}, plural, other {#}}`,
  text => `$${text}`,
  text => `\${${text}}`,
  digits,
  text => `${text}=`,
  text => ` ${text}\t`
]
const WRITTEN = [
  '${SECRET}',
  'https://${SECRET}',
  '${SECRET}.onlyoffice.com',
  '/${SECRET}',
  'postgres://u:${SECRET}@h/d'
]
const PIECE = 8

/** A piece of the secret that stands in the text. */
function leak(text: string, secret: string): string | undefined {
  const [all, wanted] = [text.toLowerCase(), secret.toLowerCase()]
  const pieces = Array.from({ length: wanted.length - PIECE + 1 }, (_, start) => wanted.slice(start, start + PIECE))
  return pieces.find(piece => all.includes(piece))
}

t.test('no mistake shows the value of a placeholder, at any place of a configuration', async t => {
  let [places, mistakes] = [0, 0]
  for (const configuration of [FULL, OTHER_FORMS]) {
    for (const place of placesIn(configuration)) {
      places++
      const property = fc.property(
        core,
        fc.constantFrom(...SHAPES),
        fc.constantFrom(...WRITTEN),
        (secret, shape, written) => {
          const yaml = JSON.stringify(putAt(configuration, place, written))
          const value = shape(secret)
          try {
            readConfiguration(yaml, { environment: { SECRET: value }, adapters })
          } catch (error) {
            if (!(error instanceof ConfigurationError)) throw error
            mistakes += error.mistakes.length
            const text = [error.message, error.stack, JSON.stringify(error.mistakes), String(error.cause)].join('\n')
            for (const mark of [secret, secret.slice(0, 9), digits(secret)].filter(mark => value.includes(mark))) {
              const found = leak(text, mark)
              if (found) throw new Error(`${place.join('.')} shows ${found}: ${error.message}`)
            }
          }
        }
      )
      fc.assert(property, { numRuns: 5, examples: [['HUSH9QUIET7SECRET5KEPT', text => text, '${SECRET}']] })
    }
  }
  t.ok(places > 150 && mistakes > 700, `${mistakes} mistakes were read at ${places} places`)
})

t.test('no line of the log shows the value of a placeholder, whether the start succeeds or not', async t => {
  const secret = 'HUSH9QUIET7SECRET5KEPT'
  // With the places where such a text could be right.
  const texts: [value: string, places: RegExp][] = [
    [secret, /^/],
    [`/${secret}/`, /path|host|name|id$/i],
    [`https://${secret}.example.com`, /url|to$|id$/i],
    [`${secret}.onlyoffice.com`, /host|\.url/i],
    [`file:${t.testdir()}/${secret}.db`, /^store/],
    [`file:/dev/null/${secret}.db`, /^store/],
    [`Über ${secret}`, /labels|name/]
  ]
  const counts = { filled: 0, started: 0, failed: 0, lines: 0 }
  const attempt = async (value: string, configuration: unknown) => {
    const { sink, lines } = logSink()
    const options = { environment: { SECRET: value }, adapters }
    const read = readConfiguration(JSON.stringify(configuration), options)
    const logger = createLogger('trace', configuredSecrets(adapters), sink, read.withhold)
    logger.child({ listener: 'any' }).info({ err: new Error(`what a library says of ${value}`) }, value)
    try {
      const service = await startService({ configuration: read, logger })
      for (const path of ['v1/quota-info', 'none', 'health/live'])
        await (await fetch(`${service.publicUrl}${path}`, { method: 'POST', body: '{"actionKey":"email"}' })).text()
      await service.close()
      counts.started++
    } catch (error) {
      logger.fatal(...startFailure(error))
      counts.failed++
    }
    counts.lines += lines.length
    t.equal(leak(lines.join(''), secret), undefined, lines.find(line => leak(line, secret)) ?? value)
  }
  for (const [value, places] of texts) {
    // What can be read is tried all at once, but for what may keep the service from starting.
    let together: unknown = FULL
    for (const place of placesIn(FULL).filter(keys => places.test(keys.join('.')))) {
      const alone = putAt(FULL, place, '${SECRET}')
      if (!isReadable(alone, value)) continue
      counts.filled++
      const both = putAt(together, place, '${SECRET}')
      if (!/host|store/.test(place.join('.')) && isReadable(both, value)) together = both
      else await attempt(value, alone)
    }
    if (together !== FULL) await attempt(value, together)
  }
  t.comment(JSON.stringify(counts))
  t.ok(counts.filled > 30 && counts.started > 7 && counts.failed > 5 && counts.lines > 80)
})

function isReadable(configuration: unknown, value: string): boolean {
  try {
    readConfiguration(JSON.stringify(configuration), { environment: { SECRET: value }, adapters })
    return true
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return false
  }
}

t.test('what is no secret stays readable in the log', async t => {
  const written = {
    ...FULL,
    wix: { ...FULL.wix, appId: '${APP}' },
    server: { ...FULL.server, host: '${HOST}' },
    providers: { ...FULL.providers, newsletter: { ...FULL.providers.newsletter, type: '${KIND}' } },
    actions: { ...FULL.actions, email: { ...FULL.actions.email, provider: '${PROVIDER}' } }
  }
  const environment = { APP: sharedWix.appId, HOST: '127.0.0.1', PROVIDER: 'newsletter', KIND: 'static' }
  const { withhold } = readConfiguration(JSON.stringify(written), { environment, adapters })
  const line = `${sharedWix.appId} listens on 127.0.0.1 for newsletter`
  t.equal(withhold(line), line)
})

t.test('an address that came from a placeholder keeps its password even where a driver names it alone', async t => {
  const read = (url: string) =>
    readConfiguration(JSON.stringify({ ...FULL, wix: OTHER_FORMS.wix, store: { ...FULL.store, url: '${DB}' } }), {
      environment: { DB: url },
      adapters
    })
  const { withhold } = read('postgres://quota:pass%2Fword%21x@db.internal/quota')
  t.equal(read('postgres://quota@db.internal/quota').withhold('quota@db.internal'), 'quota@db.internal')
  t.throws(() => read('postgres://quota:100%of-it@db.internal/quota'), {
    message: /^store\.url is not a usable address; in its user and password, write signs such as/
  })
  t.equal(withhold('no: pass/word!x, pass%2Fword%21x at db.internal'), 'no: ${DB}, ${DB} at db.internal')
})
