// The DocSpace adapter, service, presenter and public listener on real sockets, with an eye on what goes into the serialiser.
import { createPublicKey } from 'node:crypto'
import type { Test } from 'tap'
import { type FakeDocSpace, startFakeDocSpace } from '../../src/devkit/fake-docspace.ts'
import { quotaInfoUrl } from '../../src/devkit/fake-wix.ts'
import type { SizeStyle } from '../../src/presentation/present.ts'
import { createPresenter } from '../../src/presentation/presenter.ts'
import { docspace as adapter } from '../../src/providers/docspace/index.ts'
import { gently } from '../../src/providers/gentleness.ts'
import { buildPublicApp } from '../../src/public/app.ts'
import type { PublicAction } from '../../src/public/quota-info.ts'
import { createReports } from '../../src/quota/reports.ts'
import { createQuotaService } from '../../src/quota/service.ts'
import { createSource } from '../../src/quota/source.ts'
import { openStore, storeInMemory } from '../../src/store/index.ts'
import type { ActionQuotaInfo } from '../../src/wix/contract.ts'
import { createEnvelopeReader } from '../../src/wix/envelope.ts'
import { sharedWix, TODAY } from './bridge.ts'
import { SILENT } from './log-sink.ts'

export interface ObservedBridge {
  docspace: FakeDocSpace
  /** Asks for one of the actions, with sizes as told; `presented` is what the presenter gave, if it was asked. */
  ask(actionKey: string, sizes: SizeStyle): Promise<{ answer: Response; presented: ActionQuotaInfo | undefined }>
}

/** Starts it with an action for each list of features. */
export async function startObservedBridge(
  t: Test,
  actions: Record<string, readonly string[]>
): Promise<ObservedBridge> {
  const now = () => TODAY.getTime()
  const docspace = await startFakeDocSpace('business', now)
  t.teardown(() => docspace.close())
  const settings = { allowedHosts: ['127.0.0.1'], allowPrivateHosts: true, upgradePath: '/upgrade' }
  const provider = adapter.create(settings, { name: 'docspace', now, log: SILENT })
  const connection = { url: docspace.url, apiKey: docspace.portal.keys.owner }
  const onStoreError = (error: Error) => t.fail(error.message)
  const store = await openStore({ ...storeInMemory(), onLost: onStoreError, now })
  // A busy machine must not look like a slow upstream, and nothing is kept: each case is about what DocSpace holds now.
  const freshness = { deadlineMs: 60_000, patienceMs: 60_000, freshForMs: 0, keepForMs: 0 }
  const configured = { name: 'docspace', adapter, settings, freshness, shared: { connection } }
  const source = createSource(configured, gently(provider, freshness.deadlineMs), store)
  const wired = new Map<string, PublicAction>()
  const signed = new Map<string, string>()
  for (const [actionKey, features] of Object.entries(actions)) {
    wired.set(actionKey, { source, features, enforced: true, labels: new Map() })
    signed.set(actionKey, await sharedWix.sign(sharedWix.payload({ actionKey })))
  }

  const presenters = {
    'in-name': createPresenter({ sizes: 'in-name', now }),
    'in-value': createPresenter({ sizes: 'in-value', now })
  }
  let style: SizeStyle = 'in-name'
  let presented: ActionQuotaInfo | undefined
  const app = buildPublicApp({
    logger: SILENT,
    basePaths: ['/'],
    forward: [],
    connectTokens: { linkFor: async address => address },
    origins: { note: async () => {} },
    language: () => 'en',
    isStopping: () => false,
    publish: () => {},
    maxConcurrentCalls: 10,
    readEnvelope: createEnvelopeReader({
      appId: sharedWix.appId,
      publicKeys: [createPublicKey(sharedWix.publicKeyPem)],
      allowUnsigned: false,
      now
    }),
    readAppEvent: () => Promise.reject(new Error('no event is posted')),
    connections: store.connections,
    quotas: createQuotaService({
      actions: wired,
      sources: new Map(),
      ...createReports(store, { now, onStoreError, onFetch: () => {}, onUnusable: reason => t.fail(reason) })
    }),
    presenter(outcome, features, reader) {
      const said = presenters[style](outcome, features, reader)
      presented = said.answer
      return said
    }
  })
  t.teardown(async () => {
    await app.close()
    await provider.close()
    await store.close()
  })
  const url = quotaInfoUrl(await app.listen({ host: '127.0.0.1', port: 0 }))
  return {
    docspace,
    async ask(actionKey, sizes) {
      style = sizes
      presented = undefined
      const answer = await fetch(url, { method: 'POST', body: signed.get(actionKey) ?? '' })
      return { answer, presented }
    }
  }
}
