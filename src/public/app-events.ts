// POST /v1/app-events: Wix tells that something happened to the app on a site. That it was removed matters to us, and that it was
// installed on a copy of another site.
// https://dev.wix.com/docs/rest/app-management/app-instance/app-instance-removed
// https://dev.wix.com/docs/rest/app-management/app-instance/app-instance-installed
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { QuotaBridgeError } from '../errors.ts'
import { errorResponses } from '../http/errors.ts'
import { Type } from '../schema.ts'
import { isStorable } from '../store/connection-key.ts'
import type { Connections } from '../store/connections.ts'
import { inStore } from '../store/in-store.ts'
import type { Origins } from '../store/origins.ts'
import type { AppEvent, AppEventReader } from '../wix/envelope.ts'

export interface AppEventsOptions {
  readAppEvent: AppEventReader
  connections: Pick<Connections, 'removeSite'>
  origins: Pick<Origins, 'note'>
}

const APP_REMOVED = 'AppRemoved'
const APP_INSTALLED = 'AppInstalled'
/** Who removed a site's connections, in the audit. */
const ACTOR = 'wix'

/** The answer to an event that was signed by Wix. */
export const AppEventAnswer = Type.Object(
  { status: Type.Literal('ok', { description: 'Wix need not tell it again.' }) },
  {
    additionalProperties: false,
    title: 'AppEventAnswer',
    description: 'The event was handled, or needs no handling.',
    examples: [{ status: 'ok' }]
  }
)

export const appEventsRoute: FastifyPluginAsyncTypebox<AppEventsOptions> = async (
  app,
  { readAppEvent, connections, origins }
) => {
  app.post(
    '/v1/app-events',
    {
      config: { call: 'app-event' },
      schema: {
        operationId: 'postAppEvent',
        tags: ['Wix'],
        summary: 'What happened to the app on a site',
        description:
          'When the app is removed from a site, everything that names that site is deleted, but for what was saved after the event was signed. When it is installed on a copy of a site, that is noted for the page on which the copy is connected. Any other event is answered and ignored. Telling an event twice, or late, does no harm.',
        consumes: ['text/plain'],
        body: Type.String({
          description:
            "A compact JWS, signed with RS256 by the app's key, whose payload holds the event as JSON text in `data`.",
          examples: ['eyJhbGciOiJSUzI1NiJ9.eyJkYXRhIjoie30ifQ.c2lnbmF0dXJl']
        }),
        response: {
          200: AppEventAnswer,
          ...errorResponses([
            'INVALID_REQUEST',
            'INVALID_SIGNATURE',
            'INVALID_CLAIMS',
            'PAYLOAD_TOO_LARGE',
            'OVERLOADED',
            'STORE_UNAVAILABLE'
          ])
        }
      },
      // The envelope decides what is wrong with a body; a missing one is an empty text.
      validatorCompiler: () => () => true
    },
    async request => {
      const event = await readAppEvent(request.body ?? '')
      if (event.eventType === APP_REMOVED) {
        const removed = await removeSite(connections, event)
        request.log.info({ site: event.instanceId, connections: removed }, 'app removed, site forgotten')
      }
      if (event.eventType === APP_INSTALLED) await noteOrigin(origins, event)
      return { status: 'ok' as const }
    }
  )
}

async function removeSite(
  connections: Pick<Connections, 'removeSite'>,
  { instanceId, signedAt }: AppEvent
): Promise<number> {
  if (instanceId === undefined || !isStorable(instanceId))
    throw new QuotaBridgeError('INVALID_REQUEST', {
      message: 'The event does not say which site the app was removed from.',
      data: { field: 'data.instanceId' }
    })
  // When the store fails, Wix tells it again later.
  return inStore(connections.removeSite(instanceId, signedAt, ACTOR))
}

/** Of a site that is no copy, and of one that cannot be told apart from its origin, there is nothing to note. */
async function noteOrigin(
  origins: Pick<Origins, 'note'>,
  { instanceId, originInstanceId, signedAt }: AppEvent
): Promise<void> {
  if (instanceId === undefined || originInstanceId === undefined || instanceId === originInstanceId) return
  if (!isStorable(instanceId) || !isStorable(originInstanceId)) return
  await inStore(origins.note(instanceId, originInstanceId, signedAt))
}
