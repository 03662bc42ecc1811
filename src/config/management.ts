// The management listener's section: its schema, and what that cannot say.
import type { Mistake } from '../mistakes.ts'
import { Secret, type Static, Type } from '../schema.ts'
import { Port } from './server.ts'

const strict = { additionalProperties: false }

const ManagementToken = Secret({
  minLength: 16,
  description: 'a bearer token of 16 characters or more',
  examples: ['${MANAGEMENT_TOKEN}']
})

/** What opens the management API: one token, or several by name while one is rotated. */
const ManagementTokens = Type.Union(
  [
    ManagementToken,
    Type.Array(
      Type.Object(
        {
          name: Type.String({
            minLength: 1,
            maxLength: 64,
            description: 'what the audit calls it',
            examples: ['ops-2026']
          }),
          token: ManagementToken
        },
        strict
      ),
      { minItems: 1 }
    )
  ],
  {
    shown: false,
    description:
      'the bearer token of the management API, 16 characters or more; or a list of {name, token}, for rotation and for the audit',
    examples: ['${MANAGEMENT_TOKEN}']
  }
)

/** Who may read the metrics, beside whoever may do everything. */
const MetricsSchema = Type.Object(
  {
    open: Type.Boolean({
      default: false,
      description: 'whether GET /metrics is answered to whoever reaches this listener, without a token',
      examples: [true]
    }),
    token: Type.Optional(
      Type.Union(ManagementTokens.anyOf, {
        shown: false,
        description:
          'a bearer token that opens GET /metrics and nothing else, for Prometheus; or a list of {name, token}',
        examples: ['${METRICS_TOKEN}']
      })
    )
  },
  { ...strict, default: {}, description: 'who may read the metrics, beside whoever has management.token' }
)

/** The section `management:`. */
export const ManagementSchema = Type.Object(
  {
    host: Type.String({
      minLength: 1,
      default: '127.0.0.1',
      description: 'the address that only the operator reaches',
      examples: ['127.0.0.1']
    }),
    port: Port(8081, 'its port; 0 picks a free one; the environment variable MANAGEMENT_PORT overrides it'),
    token: ManagementTokens,
    metrics: MetricsSchema
  },
  {
    ...strict,
    description: 'the management listener; off when left out',
    examples: [{ token: '${MANAGEMENT_TOKEN}' }]
  }
)

export interface NamedToken {
  name: string
  token: string
}

export interface ConfiguredManagement {
  host: string
  port: number
  tokens: NamedToken[]
  /** What opens the metrics beside those. */
  metrics: { isOpen: boolean; tokens: NamedToken[] }
}

export function readManagement({ host, port, token, metrics }: Static<typeof ManagementSchema>): ConfiguredManagement {
  const tokens = metrics.token === undefined ? [] : namedTokens(metrics.token)
  return { host, port, tokens: namedTokens(token), metrics: { isOpen: metrics.open, tokens } }
}

/** What is wrong in the section, paths from the top of the file. */
export function managementMistakes(management: Static<typeof ManagementSchema> | undefined): Mistake[] {
  const { open, token } = management?.metrics ?? {}
  if (!open || token === undefined) return []
  const message = 'opens nothing that open: true leaves closed; take one of the two out'
  return [{ path: ['management', 'metrics', 'token'], message }]
}

/** A single token is called `default` in the audit. */
function namedTokens(token: string | NamedToken[]): NamedToken[] {
  return typeof token === 'string' ? [{ name: 'default', token }] : token
}
