import t from 'tap'
import { createLogger, logLevel } from '../src/logging.ts'

t.test('LOG_LEVEL sets the level; an unknown one does not silence the log', async t => {
  t.equal(logLevel({}), 'info')
  t.equal(logLevel({ LOG_LEVEL: 'trace' }), 'trace')
  t.equal(logLevel({ LOG_LEVEL: 'loud' }), 'info')
  t.equal(createLogger('warn').level, 'warn')
})
