// In what two configurations differ, by keys alone: what can take another's place while the service runs, and what cannot.
import { isDeepStrictEqual } from 'node:util'
import type { Configuration } from './load.ts'

export interface Difference {
  /** Keys of what takes its place at once. */
  live: string[]
  /** Keys of what a service is built from when it starts. */
  restart: string[]
}

/** Compares the configuration that is in force with the one that was read. */
export function differenceOf(before: Configuration, after: Configuration): Difference {
  const at =
    (prefix: string) =>
    (key: string): string =>
      `${prefix}.${key}`
  const store = (before.store === undefined) === (after.store === undefined) ? keys(before.store, after.store) : ['']
  const [management, later] = [before.management, after.management]
  const listener = (management === undefined) === (later === undefined)
  const of = ({ wix }: Configuration) => ({
    ...wix,
    publicKeys: wix.publicKeys.map(key => key.export({ type: 'spki', format: 'pem' }))
  })
  return {
    restart: [
      ...keys(before.server, after.server).map(at('server')),
      ...(isDeepStrictEqual(before.forward, after.forward) ? [] : ['forward']),
      ...keys(before.connect, after.connect).map(at('connect')),
      ...(listener ? keys(addressOf(management), addressOf(later)).map(at('management')) : ['management']),
      ...store.map(key => (key === '' ? 'store' : at('store')(key))),
      ...[...after.providers].flatMap(([name, { adapter }]) => (adapter.isOutdated ? [`providers.${name}.module`] : []))
    ],
    live: [
      ...(isDeepStrictEqual(of(before), of(after)) ? [] : ['wix']),
      ...(listener ? keys(tokensOf(management), tokensOf(later)).map(at('management')) : []),
      ...(isDeepStrictEqual(before.webhooks, after.webhooks) ? [] : ['webhooks']),
      ...keys(before.presentation, after.presentation).map(at('presentation')),
      ...keys(withoutAdapters(before), withoutAdapters(after)).map(at('providers')),
      ...keys(Object.fromEntries(before.actions), Object.fromEntries(after.actions)).map(at('actions'))
    ]
  }
}

/** Whether a provider of one configuration may go on as that of another. */
export function isSameProvider(one: ProviderSettings, other: ProviderSettings): boolean {
  return isDeepStrictEqual(withoutAdapter(one), withoutAdapter(other))
}

type ProviderSettings = NonNullable<ReturnType<Configuration['providers']['get']>>

/** What an adapter is follows from its type and from what stands in the entry. */
function withoutAdapter({ adapter, ...settings }: ProviderSettings) {
  return { ...settings, type: adapter.type }
}

function withoutAdapters({ providers }: Configuration): Record<string, unknown> {
  return Object.fromEntries([...providers].map(([name, provider]) => [name, withoutAdapter(provider)]))
}

function addressOf(management: Configuration['management']) {
  return management && { host: management.host, port: management.port, 'metrics.open': management.metrics.isOpen }
}

function tokensOf(management: Configuration['management']) {
  return management && { token: management.tokens, 'metrics.token': management.metrics.tokens }
}

/** The keys at which two mappings differ. */
function keys(one: object = {}, other: object = {}): string[] {
  const [before, after] = [new Map(Object.entries(one)), new Map(Object.entries(other))]
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    key => !isDeepStrictEqual(before.get(key), after.get(key))
  )
}
