// The page on which sites are connected, as the configuration has it; undefined where it is off.
import type { Configuration } from '../config/load.ts'
import type { Publish } from '../observe/events.ts'
import type { ConnectTokens } from '../providers/connect-tokens.ts'
import { createSaveConnection } from '../providers/save-connection.ts'
import type { ConnectPage } from '../public/app.ts'
import type { Store } from '../store/index.ts'
import type { Current } from './current.ts'

export interface ConnectPageOptions {
  store: Pick<Store, 'connections' | 'origins' | 'oneUses'>
  connectTokens: Pick<ConnectTokens, 'read'>
  /** In force at this moment. */
  current: () => Current
  publish: Publish
  /** Milliseconds since 1970. */
  now: () => number
}

export function createConnectPage(
  { connect }: Configuration,
  { store, connectTokens, current, publish, now }: ConnectPageOptions
): ConnectPage | undefined {
  if (!connect.page) return undefined
  const { connections, origins, oneUses } = store
  return {
    ...{ connections, origins, oneUses, connectTokens, now },
    save: createSaveConnection({ connections, publish, now }),
    sources: () => current().sources,
    app: () => current().configuration.wix,
    fromQuotaScreen: connect.fromQuotaScreen !== 'off',
    frameAncestors: connect.frameAncestors
  }
}
