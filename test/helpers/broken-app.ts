// A public listener whose inside fails in a way that nobody foresaw.
import { type Logger, pino } from 'pino'
import type { Test } from 'tap'
import { buildPublicApp } from '../../src/public/app.ts'

/** Gives the URL of its quota call. */
export async function startBrokenApp(t: Test, logger: Logger = pino({ level: 'silent' })): Promise<string> {
  const app = buildPublicApp({
    logger,
    basePaths: ['/'],
    forward: [],
    connectTokens: { linkFor: async address => address },
    origins: { note: async () => {} },
    language: () => 'en',
    isStopping: () => false,
    publish: () => {},
    maxConcurrentCalls: 1,
    readEnvelope: async () => ({ actionKey: 'create-room', languages: [] }),
    readAppEvent: async () => ({ eventType: 'AppInstalled', signedAt: 0 }),
    connections: { removeSite: async () => 0 },
    quotas: {
      upgradeUrl: async () => undefined,
      ask: async () => {
        throw new TypeError('the shelf of the inner room is empty')
      }
    },
    presenter: () => ({ answer: { enforced: false, quotaInfo: [] }, language: 'en' })
  })
  t.teardown(() => app.close())
  return `${await app.listen({ host: '127.0.0.1', port: 0 })}/v1/quota-info`
}
