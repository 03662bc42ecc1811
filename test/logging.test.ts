import t from 'tap'
import { configuredSecrets } from '../src/config/secrets.ts'
import { createLogger, logLevel, logLevelMistakes } from '../src/logging.ts'
import { adapters } from '../src/providers/index.ts'
import { secretNames, Type } from '../src/schema.ts'
import { secretValues, startBridge } from './helpers/bridge.ts'
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
