// Wix's own SDK, set up as its documentation shows, with a constant answer.
import { createRequire } from 'node:module'
import { answer, appId, publicKeyPem } from './listen.ts'

// Wix's service plugins load in Node as CommonJS alone.
const require = createRequire(import.meta.url)
const { AppStrategy, createClient } = require('@wix/sdk')
const { actionProvider } = require('@wix/automations/service-plugins')

const client = createClient({
  auth: AppStrategy({ appId, publicKey: publicKeyPem, appSecret: 'none' }),
  modules: { actionProvider }
})
client.actionProvider.provideHandlers({ getQuotaInfo: asSdkReturns })

/** As a maker's handler would make it, anew for each call: the SDK changes what it is given, and wants `_id` and dates. */
function asSdkReturns() {
  const { enforced, quotaInfo } = answer.actionQuotaInfo
  return {
    actionQuotaInfo: {
      enforced,
      quotaInfo: quotaInfo.map(({ plans, quotas, ...group }) => ({
        ...group,
        plans: plans.map(({ id, name }) => ({ _id: id, name })),
        quotas: quotas.map(({ renewalDate, ...quota }) => ({
          ...quota,
          ...(renewalDate && { renewalDate: new Date(renewalDate) })
        }))
      }))
    }
  }
}

/** Verifies a call and gives the answer's body; throws what the SDK throws. */
export async function process(url: string, body: string): Promise<string> {
  const response: Response = await client.servicePlugins.processRequest(new Request(url, { method: 'POST', body }))
  return response.text()
}
