// Our own adapters do what every adapter must do.
import { readFileSync } from 'node:fs'
import t from 'tap'
import { testConformance } from '../../src/conformance/suite.ts'
import type { Conformance } from '../../src/providers/conformance.ts'
import { adapters } from '../../src/providers/index.ts'

const sample = (name: string): { response: { features: { id: string; used?: unknown }[] } } =>
  JSON.parse(readFileSync(`src/devkit/samples/${name}.json`, 'utf8'))
const here = { allowedHosts: ['127.0.0.1'], allowPrivateHosts: true }
const QUOTA = '/api/2.0/portal/payment/quota'
const business = sample('quota-02-business-monthly-5-admins-v3.7')
const plain = sample('quota-09-business-plain-user-key-v3.7')

const wallet = { plan: 'pro', next: null, bonus: 5, granted: 10, left: 4 }
const item = (id: number, used: unknown) => ({ id, used })

const cases: Record<string, Conformance> = {
  docspace: {
    settings: () => here,
    connection: (url, apiKey) => ({ url, apiKey: `sk-${apiKey}` }),
    answers: {
      [QUOTA]: business,
      '/api/2.0/portal/tariff': sample('tariff-02-business-paid-v3.7'),
      '/api/2.0/keys/@self': { response: { expiresAt: '2099-01-01T00:00:00Z' } }
    },
    findings: {
      'api-key-rejected': { status: 401 },
      'scope-too-narrow': { status: 403, body: '' },
      'role-too-low': { status: 403, body: '{"error":{}}' },
      'access-refused': { status: 403 },
      'portal-not-paid': { status: 402 },
      'portal-not-found': { status: 404 },
      'not-an-admin': { answers: { [QUOTA]: plain } },
      'room-admin': {
        answers: {
          [QUOTA]: {
            ...business,
            response: {
              ...business.response,
              features: business.response.features.filter(({ id }) => ['room', 'manager', 'total_size'].includes(id))
            }
          }
        }
      }
    }
  },
  static: {
    settings: () => ({
      groups: [
        {
          plans: [{ id: 'free', name: 'Free' }],
          quotas: [{ feature: 'emails', name: 'Emails sent', used: 346, limit: 500 }],
          upgradeUrl: 'https://example.com/upgrade'
        }
      ]
    }),
    connection: () => undefined
  },
  http: {
    settings: url => ({
      ...here,
      fields: { customer: { title: 'Customer id' }, apiKey: { title: 'API key', secret: true } },
      auth: { bearer: '{apiKey}' },
      requests: {
        wallet: {
          get: `${url}/wallet?of={customer}`,
          list: { items: '/items', next: '/next', as: 'page', id: '/id' }
        },
        plan: { get: `${url}/plans/{wallet#/plan}` }
      },
      plans: [{ id: { at: 'plan#/id' }, name: { at: 'plan#/name' } }],
      quotas: {
        credits: {
          names: { en: 'Credits' },
          used: { at: 'wallet#/items/*/used', sum: true, missing: 'fail' },
          limit: { at: 'plan#/limit', plus: { at: 'wallet#/bonus' } },
          renewsAt: { at: 'plan#/renews' }
        },
        calls: {
          names: 'Calls',
          used: { at: 'wallet#/granted', minus: { at: 'wallet#/left' } },
          limit: { at: 'wallet#/granted' }
        }
      },
      upgradeUrl: 'https://example.com/buy?of={customer}'
    }),
    connection: (_url, secret) => ({ customer: 'cus_1', apiKey: secret }),
    answers: {
      '/wallet': { ...wallet, items: [item(1, '2.0'), item(2, 3)] },
      '/plans/pro': { id: 'pro', name: 'Pro', limit: 100, renews: '2099-01-01T00:00:00Z' }
    },
    findings: {
      'not-found': { status: 404 },
      'request-refused': { status: 418 },
      'connection-unfit': { answers: { '/wallet': { ...wallet, plan: '..', items: [] } } },
      'list-not-whole': { answers: { '/wallet': { ...wallet, items: [item(1, 1), item(1, 1)] } } },
      'value-missing': { answers: { '/wallet': { ...wallet, items: [item(1, null)] } } },
      'nothing-found': {
        answers: { '/wallet': { plan: 'pro', items: [], next: null }, '/plans/pro': { limit: 'none' } }
      }
    }
  }
}

for (const [type, conformance] of Object.entries(cases)) {
  t.test(`${type} conforms`, async t => {
    const adapter = adapters.get(type)
    if (!adapter) throw new Error(`there is no adapter ${type}`)
    for (const { name, status, why } of await testConformance(adapter, conformance))
      t.ok(status === 'ok' || status === 'skipped', `${name}: ${status} ${why ?? ''}`)
  })
}
