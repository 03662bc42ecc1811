// A connection as the management API shows it: never a secret, of which only the last characters are told.
import { findingOf } from '../findings.ts'
import type { ProviderAdapter } from '../quota/provider.ts'
import { type Static, type TSchema, Type } from '../schema.ts'
import type { StoredConnection } from '../store/connections.ts'

const LAST_CHARACTERS = 4
/** Of a shorter secret the last characters would tell too much. */
const SECRET_LENGTH_MIN = 16

const Moment = (description: string) =>
  Type.String({ format: 'date-time', description, examples: ['2026-11-22T12:00:00.000Z'] })

export const ConnectionView = Type.Object(
  {
    provider: Type.String({ description: "The provider's name in the configuration.", examples: ['portals'] }),
    instanceId: Type.String({
      description: "The site: Wix's instanceId.",
      examples: ['8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11']
    }),
    connection: Type.Record(Type.String(), Type.Unknown(), {
      description: 'What was saved, of secrets the last 4 characters only.',
      examples: [{ url: 'https://acme.onlyoffice.com', apiKey: '…3f9a' }]
    }),
    health: Type.Union(
      [Type.Literal('ok'), Type.Literal('limited'), Type.Literal('failing'), Type.Literal('unchecked')],
      {
        description: 'What the last check found. `limited`: it works, but tells less than it should.'
      }
    ),
    finding: Type.Optional(Type.String({ description: 'Why the health is not ok.', examples: ['not-an-admin'] })),
    remedy: Type.Optional(Type.String({ description: 'What to do about it.' })),
    checkedAt: Type.Optional(Moment('When it was last checked.')),
    createdAt: Moment('When the site was first connected.'),
    updatedAt: Moment('When the connection was last saved.')
  },
  {
    additionalProperties: false,
    title: 'Connection',
    examples: [
      {
        provider: 'portals',
        instanceId: '8d3f0b52-6a70-4c7b-9d0a-3f1f1c0e7a11',
        connection: { url: 'https://acme.onlyoffice.com', apiKey: '…3f9a' },
        health: 'ok',
        checkedAt: '2026-11-22T12:00:00.000Z',
        createdAt: '2026-11-22T12:00:00.000Z',
        updatedAt: '2026-11-22T12:00:00.000Z'
      }
    ]
  }
)
export type ConnectionView = Static<typeof ConnectionView>

/** Shows a stored connection; its adapter says which of its fields are secrets. Without one nothing of it is shown. */
export function viewConnection(
  stored: StoredConnection,
  adapter: Pick<ProviderAdapter, 'connectionSchema' | 'findings'> | undefined
): ConnectionView {
  const { provider, instanceId, connection, health, finding, checkedAt, createdAt, updatedAt } = stored
  const [, remedy] = findingOf(finding, adapter?.findings) ?? []
  return {
    provider,
    instanceId,
    connection: maskSecrets(connection, adapter?.connectionSchema.properties ?? {}),
    health,
    ...(finding !== '' && { finding }),
    ...(remedy !== undefined && { remedy }),
    ...(checkedAt > 0 && { checkedAt: new Date(checkedAt).toISOString() }),
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString()
  }
}

/** A connection with its secrets told by their last characters at most. */
export function maskSecrets(connection: unknown, properties: Record<string, TSchema>): Record<string, unknown> {
  if (typeof connection !== 'object' || connection === null) return {}
  return Object.fromEntries(Object.entries(connection).map(([key, value]) => [key, mask(value, properties[key])]))
}

/** What no schema describes any more is treated as a secret. */
function mask(value: unknown, schema: TSchema | undefined): unknown {
  if (schema && schema.secret !== true) return value
  return typeof value === 'string' && value.length >= SECRET_LENGTH_MIN ? `…${value.slice(-LAST_CHARACTERS)}` : '…'
}
