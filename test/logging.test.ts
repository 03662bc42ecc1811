import t from 'tap'
import { readConfiguration } from '../src/config/load.ts'
import { configuredSecrets } from '../src/config/secrets.ts'
import { createLogSecrets } from '../src/config/withheld.ts'
import { createLogger, logLevel, logLevelMistakes } from '../src/logging.ts'
import { adapters } from '../src/providers/index.ts'
import { secretNames, Type } from '../src/schema.ts'
import { ENCRYPTION_KEY, secretValues, sharedWix, startBridge } from './helpers/bridge.ts'
import { logSink } from './helpers/log-sink.ts'

t.test('LOG_LEVEL sets the level, or leaves it at info', async t => {
  t.equal(logLevel({}), 'info')
  t.equal(logLevel({ LOG_LEVEL: '' }), 'info')
  t.strictSame(logLevelMistakes({ LOG_LEVEL: '' }), [])
  t.strictSame(logLevelMistakes({ LOG_LEVEL: 'silent' }), [])
  t.equal(logLevel({ LOG_LEVEL: 'trace' }), 'trace')
  t.equal(logLevel({ LOG_LEVEL: 'loud' }), 'info')
  t.equal(createLogger('warn', []).level, 'warn')
})

t.test('what is hidden is derived from the schemas, and is this', async t => {
  t.strictSame(configuredSecrets(adapters), [
    'apiKey',
    'appSecret',
    'bearer',
    'clientId',
    'clientSecret',
    'encryptionKeys',
    'header',
    'password',
    'secret',
    'token',
    'user'
  ])
})

t.test('a secret is found wherever in a schema it stands', async t => {
  const secret = Type.String({ secret: true })
  const schema = Type.Object({
    plain: Type.String(),
    direct: secret,
    list: Type.Array(secret),
    either: Type.Union([Type.Number(), secret]),
    named: Type.Record(Type.String(), Type.Object({ inner: secret }))
  })
  t.strictSame(secretNames(schema), ['direct', 'either', 'inner', 'list'])
})

t.test('an object that is logged whole shows none of its secrets', async t => {
  const { sink, lines } = logSink()
  const log = createLogger('trace', configuredSecrets(adapters), sink)
  const connection = { url: 'https://acme.onlyoffice.com', apiKey: 'recognisable-key' }
  log.info(connection)
  log.info({ connection, headers: { authorization: 'Bearer recognisable-key' } })
  log.info({ providers: { docspace: { connection } }, management: { token: 'recognisable-token' } })
  t.notMatch(lines.join(''), 'recognisable')
  t.equal(lines.join('').split('[secret]').length - 1, 5)
})

/** A provider of type http whose connections have a secret of that name. */
function withField(field: string): string {
  return JSON.stringify({
    wix: { appId: sharedWix.appId, publicKey: sharedWix.publicKeyPem },
    store: { encryptionKeys: [ENCRYPTION_KEY] },
    management: { token: 'a-token-for-tests' },
    providers: {
      credits: {
        type: 'http',
        connection: 'per-site',
        fields: { customer: { title: 'Customer' }, [field]: { title: 'Key', secret: true } },
        auth: { bearer: `{${field}}` },
        requests: { wallet: { get: 'https://api.example.com/wallets?customer={customer}' } },
        quotas: { credits: { used: { at: 'wallet#/used' }, limit: 5 } }
      }
    },
    actions: { send: { provider: 'credits' } }
  })
}

t.test('secrets that the configuration itself names are hidden too, also by those that a reload brings', async t => {
  const { sink, lines } = logSink()
  const secrets = createLogSecrets()
  const log = createLogger('trace', configuredSecrets(adapters), sink, secrets.withhold)
  for (const field of ['walletKey', 'tenant-code']) {
    const configuration = readConfiguration(withField(field), { environment: {}, adapters })
    secrets.learn(configuration)
    const connection = { customer: 'cus_1', walletKey: 'recognisable-"key', 'tenant-code': 'recognisable-\\code' }
    const { walletKey, ...rest } = connection
    const shown = field === 'walletKey' ? { customer: 'cus_1', walletKey } : { ...rest, walletKey }
    log.info(shown)
    log.info({ providers: { credits: { deep: { er: { connection: shown } } } }, walletKey: ['recognisable', 'too'] })
    createLogger('trace', [], sink, configuration.withhold).info({ [field]: 'recognisable' })
  }
  t.notMatch(lines.join(''), 'recognisable')
  t.match(lines.join(''), '"walletKey":"[secret]"')
  t.match(lines.join(''), '"tenant-code":"[secret]"')
  t.equal(lines.join('').split('"customer":"cus_1"').length - 1, 4, 'what is no secret stays')
  for (const line of lines) t.ok(JSON.parse(line), 'each line is JSON still')
})

t.test('the watch over the logs of all tests knows what to look for', async t => {
  const { docspace } = await startBridge(t, { management: { token: 'a-recognisable-token' } })
  t.ok(docspace.secrets.includes(docspace.portal.keys.owner))
  const configuration = {
    management: { token: 'a' },
    providers: new Map([['docspace', { connection: { apiKey: 'b', url: 'c' } }]]),
    keys: ['d']
  }
  t.strictSame(secretValues(configuration), ['a', 'b'])
  t.strictSame(secretValues({ keys: ['d', 'e'] }, ['keys']), ['d', 'e'])
})
