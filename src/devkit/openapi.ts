// The API's description, made from the schemas of the routes themselves.
import { fail } from 'node:assert/strict'
import swagger from '@fastify/swagger'
import fastify from 'fastify'
import { stringify } from 'yaml'
import { managementRoutes } from '../management/app.ts'
import { publicRoutes } from '../public/app.ts'
import type { Connections } from '../store/connections.ts'
import { forwardedOperations } from './forwarded-operations.ts'

/** Only the schemas of the routes are read. */
const neverCalled = (): never => fail('no route is called here')

const neverConnected: Connections = {
  get: neverCalled,
  list: neverCalled,
  beginSave: neverCalled,
  put: neverCalled,
  setHealth: neverCalled,
  remove: neverCalled,
  removeSite: neverCalled
}

const HEADER = '# Written from the route schemas by `npm run openapi`; change those, not this.\n'

/** openapi.yaml as it should be committed. */
export async function generateOpenApi(version: string): Promise<string> {
  const app = fastify()
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Quota Bridge',
        version,
        license: { name: 'MIT', identifier: 'MIT' },
        summary: "Answers Wix Automations' getQuotaInfo from the system that knows.",
        description:
          "Wix asks, by a signed call, what a site's plan allows and how much of it is used. Quota Bridge verifies the call, asks the provider that the action is configured with, and answers in the words the site owner reads."
      },
      servers: [
        {
          url: '{baseUri}',
          description: 'The public listener, under the base URI that the dashboard names for an action.',
          variables: { baseUri: { default: 'http://127.0.0.1:8080' } }
        }
      ],
      tags: [
        { name: 'Wix', description: 'What Wix calls.' },
        { name: "The maker's own server", description: 'What Wix calls too, passed on to where forward: says.' },
        { name: 'Site owners', description: 'What the owner of a site opens in a browser.' },
        {
          name: 'Connections',
          description: "The sites' own connections: the management listener, when a provider has connection: per-site."
        },
        {
          name: 'Preview',
          description:
            'What site owners read, for the maker and the operator: pages for a browser on the management listener, and what they ask.'
        },
        { name: 'Configuration', description: 'The configuration of the running service, on the management listener.' },
        { name: 'Health', description: 'What load balancers and orchestrators call.' },
        { name: 'Metrics', description: 'What Prometheus calls.' },
        { name: 'Documentation', description: 'This document.' }
      ],
      components: {
        securitySchemes: {
          managementToken: {
            type: 'http',
            scheme: 'bearer',
            description: 'A token of management.token, on the management listener.'
          },
          signInCode: {
            type: 'http',
            scheme: 'bearer',
            description: 'The code of a link that `quota-bridge preview` has made, once.'
          },
          metricsToken: {
            type: 'http',
            scheme: 'bearer',
            description: 'The token of management.metrics.token, on the management listener, for the metrics alone.'
          }
        }
      },
      security: []
    }
  })
  const storeOfNobody = {
    connections: neverConnected,
    audit: { write: neverCalled, forget: neverCalled, list: neverCalled },
    oneUses: { use: neverCalled, isUsed: neverCalled },
    health: neverCalled
  }
  await app.register(publicRoutes, {
    basePaths: ['/'],
    maxConcurrentCalls: 1,
    canBelieveAddresses: false,
    readEnvelope: neverCalled,
    readAppEvent: neverCalled,
    connections: neverConnected,
    quotas: { ask: neverCalled, upgradeUrl: neverCalled },
    links: { linked: neverCalled, read: neverCalled },
    presenter: neverCalled,
    origins: { note: neverCalled },
    connectTokens: { linkFor: neverCalled },
    connect: {
      connections: neverConnected,
      origins: { get: neverCalled },
      oneUses: { isUsed: neverCalled },
      connectTokens: { read: neverCalled },
      save: neverCalled,
      sources: neverCalled,
      app: neverCalled,
      fromQuotaScreen: true,
      frameAncestors: [],
      now: Date.now
    },
    language: neverCalled,
    log: { info: neverCalled }
  })
  await app.register(forwardedOperations)
  await app.register(managementRoutes, {
    tokens: neverCalled,
    metrics: { read: neverCalled },
    metricsAccess: { tokens: neverCalled, isOpen: false },
    store: storeOfNobody,
    shared: { check: neverCalled, health: neverCalled },
    isStoreKept: true,
    isStopping: neverCalled,
    reload: neverCalled,
    levels: { level: neverCalled, set: neverCalled },
    providers: neverCalled,
    previews: {
      actions: neverCalled,
      ask: neverCalled,
      presenter: neverCalled,
      linked: neverCalled,
      language: neverCalled,
      upstream: { during: neverCalled }
    },
    connectTokens: { read: neverCalled },
    sources: new Map(),
    markPlan: neverCalled,
    publish: neverCalled,
    now: Date.now
  })
  await app.ready()
  return HEADER + stringify(hoistTitled({ ...app.swagger() }), { lineWidth: 120, aliasDuplicateObjects: false })
}

/** Moves every titled schema to components/schemas, so that generated clients get types with names. */
function hoistTitled(document: Record<string, unknown>): Record<string, unknown> {
  const schemas: Record<string, unknown> = {}

  function hoist(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(hoist)
    if (!isRecord(value)) return value
    const inner = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hoist(item)]))
    const { title, ...schema } = inner
    if (typeof title !== 'string' || typeof schema.type !== 'string') return inner
    // The errors of one status describe themselves at the response; their body is one and the same.
    if (title === 'ErrorAnswer') delete schema.description
    schemas[title] ??= schema
    return { $ref: `#/components/schemas/${title}` }
  }

  const paths = hoist(document.paths)
  const components = isRecord(document.components) ? document.components : {}
  return { ...document, paths, components: { ...components, schemas } }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
