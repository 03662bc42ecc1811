// The running service's configuration: read again, and how much the log tells.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { errorResponses } from '../http/errors.ts'
import { LEVELS, type LogLevel } from '../logging.ts'
import { Type } from '../schema.ts'

export interface ConfigurationRoutesOptions {
  /**
   * Reads the configuration's file again, in somebody's name, and gives the keys of what changed; absent where there is no file.
   * @throws {QuotaBridgeError} CONFIGURATION_INVALID, RESTART_NEEDED; all is as it was then
   */
  reload?: ((by: string) => Promise<readonly string[]>) | undefined
  levels: LogLevel
}

const tags = ['Configuration']
const security = [{ managementToken: [] }]
const BASIC_ERRORS = ['INVALID_REQUEST', 'UNAUTHORIZED', 'RATE_LIMITED', 'PAYLOAD_TOO_LARGE'] as const

const Reloaded = Type.Object(
  {
    changed: Type.Array(Type.String(), {
      description:
        'The keys of what changed: of providers and actions each by its name, of all else the section or the key.'
    })
  },
  {
    additionalProperties: false,
    title: 'ReloadedConfiguration',
    description: 'The file is in force, with every call answered.',
    examples: [{ changed: ['wix', 'providers.portal', 'actions.create-room'] }]
  }
)

const LogLevelView = Type.Object(
  {
    level: Type.Union(
      LEVELS.map(level => Type.Literal(level)),
      { description: 'The least that is written.' }
    )
  },
  { additionalProperties: false, title: 'LogLevel', examples: [{ level: 'debug' }] }
)

export const configurationRoutes: FastifyPluginAsyncTypebox<ConfigurationRoutesOptions> = async (
  app,
  { reload, levels }
) => {
  if (reload) {
    app.post(
      '/v1/config/reload',
      {
        schema: {
          operationId: 'reloadConfiguration',
          tags,
          security,
          summary: 'Read the configuration again',
          description:
            'The file, and the files that it names, are read and checked, and take the place of what was read before, as a whole and without any call being lost; so does SIGHUP. Where there is a mistake, or something changed that needs a restart, all stays as it was.',
          response: {
            200: Reloaded,
            ...errorResponses(['UNAUTHORIZED', 'RATE_LIMITED', 'RESTART_NEEDED', 'CONFIGURATION_INVALID'])
          }
        }
      },
      async ({ actor }) => ({ changed: [...(await reload(actor))] })
    )
  }

  app.get(
    '/v1/log-level',
    {
      schema: {
        operationId: 'getLogLevel',
        tags,
        security,
        summary: 'How much the log tells',
        response: {
          200: { ...LogLevelView, description: 'The level of now.' },
          ...errorResponses(['UNAUTHORIZED', 'RATE_LIMITED'])
        }
      }
    },
    async () => ({ level: levels.level() })
  )

  app.put(
    '/v1/log-level',
    {
      schema: {
        operationId: 'putLogLevel',
        tags,
        security,
        summary: 'Let the log tell more, or less',
        description: 'Of this replica, until it stops: after the next start LOG_LEVEL counts again.',
        body: LogLevelView,
        response: { 200: { ...LogLevelView, description: 'The new level.' }, ...errorResponses(BASIC_ERRORS) }
      }
    },
    async ({ body, actor, log }) => {
      const before = levels.level()
      levels.set(body.level)
      // Whatever the level: who reads the log should know why it grew or fell silent.
      log.warn({ from: before, to: body.level, by: actor }, 'the level of the log was changed')
      return { level: levels.level() }
    }
  )
}
