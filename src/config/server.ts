// The public listener's section: its schema, and what that cannot say.
import ipaddr from 'ipaddr.js'
import type { Mistake } from '../mistakes.ts'
import { type Static, Type } from '../schema.ts'
import { Duration, durationMistake } from './durations.ts'
import { BasePath } from './forward.ts'

const strict = { additionalProperties: false }

export const PORT_MAX = 65535
/** No machine that this is made for has more processors. */
const WORKERS_MAX = 64

/** The schema of a port, with its default. */
export const Port = (port: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: PORT_MAX, default: port, description, examples: [port] })

const LIMITS = { grace: { min: '0s', max: '1h' }, drain: { min: '0s', max: '5m' } } as const
/** Names of networks that Fastify knows: https://fastify.dev/docs/latest/Reference/Server/#trustproxy */
const NETWORKS = ['loopback', 'linklocal', 'uniquelocal']

/** The section `server:`. */
export const ServerSchema = Type.Object(
  {
    host: Type.String({
      minLength: 1,
      default: '0.0.0.0',
      description: 'the address that Wix reaches',
      examples: ['0.0.0.0']
    }),
    port: Port(8080, 'its port; 0 picks a free one; the environment variable PORT overrides it'),
    basePath: BasePath({
      default: '/',
      description: "the path of the actions' base URI, in front of v1/quota-info",
      examples: ['/quota/']
    }),
    publicUrl: Type.Optional(
      Type.String({
        format: 'uri',
        pattern: '^https?://[^\\s/?#]+/?$',
        form: 'an address up to the host',
        description:
          "where a person's browser reaches this listener; turns on upgrade links that tell us when a plan may have changed; needs a store",
        examples: ['https://quota.example.com']
      })
    ),
    maxConcurrentCalls: Type.Integer({
      minimum: 1,
      default: 2000,
      description: 'how many quota calls are answered at once, by each worker; further ones get 429',
      examples: [2000]
    }),
    workers: Type.Union([Type.Integer({ minimum: 1, maximum: WORKERS_MAX }), Type.Literal('auto')], {
      form: `a whole number from 1 to ${WORKERS_MAX}, or auto`,
      default: 1,
      description:
        'how many processes answer quota calls on the one port; with auto as many as there are processors for them',
      examples: [2]
    }),
    trustProxy: Type.Optional(
      Type.Array(
        Type.String({
          minLength: 1,
          description: 'an address, a network or loopback, linklocal, uniquelocal',
          examples: ['10.0.0.0/8']
        }),
        {
          minItems: 1,
          description:
            "addresses and networks of proxies in front, which are believed in X-Forwarded-For; turns on limits by the caller's address",
          examples: [['10.0.0.0/8']]
        }
      )
    ),
    drain: Duration({
      default: '0s',
      description:
        'how long calls are still taken after the service was told to stop, while readiness says no; 5 m at most'
    }),
    grace: Duration({
      default: '10s',
      description: 'how long calls under way may take to finish when the service is stopped, 1 h at most'
    })
  },
  { ...strict, default: {}, description: 'the public listener' }
)

/** What is wrong in the section, paths from the top of the file. */
export function serverMistakes(server: Static<typeof ServerSchema>): Mistake[] {
  const late = (['grace', 'drain'] as const).flatMap(key => {
    const mistake = durationMistake(server[key], LIMITS[key])
    return mistake === undefined ? [] : [{ path: ['server', key], ...mistake }]
  })
  const unknown = (server.trustProxy ?? []).flatMap((text, index) =>
    NETWORKS.includes(text) || ipaddr.isValid(text) || ipaddr.isValidCIDR(text)
      ? []
      : [
          {
            path: ['server', 'trustProxy', String(index)],
            found: text,
            message: `which is no address and no network; write it like 10.0.0.0/8, or ${NETWORKS.join(', ')}`
          }
        ]
  )
  return [...late, ...unknown]
}

/** What the two listeners, and the maker's own server, would do to one another. */
export function portMistakes(
  { server, management, forward: written }: { server: Address; management?: Address; forward?: unknown },
  forward: readonly { origin: string }[]
): Mistake[] {
  const mistakes: Mistake[] = []
  if (management && server.port !== 0 && server.port === management.port && meet(server.host, management.host)) {
    mistakes.push({
      path: ['management', 'port'],
      found: String(management.port),
      message: 'which is the port of server: too; give each listener its own'
    })
  }
  forward.forEach(({ origin }, index) => {
    const { hostname = '', port } = URL.parse(origin) ?? {}
    if (!LOOPBACK.test(hostname) || port !== String(server.port)) return
    const at = Array.isArray(written) ? ['forward', String(index)] : ['forward']
    mistakes.push({ path: [...at, 'to'], message: "leads back to Quota Bridge itself; name the maker's own server" })
  })
  return mistakes
}

interface Address {
  host: string
  port: number
}

const LOOPBACK = /^(localhost|127\.[\d.]+|\[::1\])$/
const ANY = ['0.0.0.0', '::']

function meet(host: string, other: string): boolean {
  return host === other || ANY.includes(host) || ANY.includes(other)
}
