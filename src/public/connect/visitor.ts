// Who has come to the page, by which of its two ways, and what they may do there.
import { QuotaBridgeError } from '../../errors.ts'
import { chooseLanguage } from '../../presentation/languages.ts'
import type { ConnectTokens } from '../../providers/connect-tokens.ts'
import type { Source } from '../../quota/source.ts'
import { type ConnectionKey, isStorable } from '../../store/connection-key.ts'
import type { StoredConnection } from '../../store/connections.ts'
import { inStore } from '../../store/in-store.ts'
import type { OneUses } from '../../store/one-use.ts'
import type { Permit } from '../../store/permit.ts'
import { readInstance } from '../../wix/instance.ts'
import { isSameAccount } from './account.ts'

export interface Visitor {
  source: Source
  key: ConnectionKey
  /** Of the pages that they read, as a BCP 47 tag. */
  language: string
  /** What proves who they are, to be sent along again with whatever they send. */
  proof: Record<string, string>
  /** Wix says that they own the site; whoever comes from the quota screen may be any of its contributors. */
  isOwner: boolean
  permit: Pick<Permit, 'givenAt' | 'once'>
}

export interface VisitorOptions {
  connectTokens: Pick<ConnectTokens, 'read'>
  oneUses: Pick<OneUses, 'isUsed'>
  /** By name. */
  sources: () => ReadonlyMap<string, Source>
  /** What Wix signs the parameter `instance` with. */
  app: () => { appId: string; appSecret?: string }
  /** Whether the button on the quota screen leads here. */
  fromQuotaScreen: boolean
  /** Milliseconds since 1970. */
  now: () => number
}

/**
 * Finds out who sent these fields.
 * @throws {QuotaBridgeError} CONNECT_TOKEN_ENDED, INSTANCE_REFUSED, OWNER_NEEDED, PROVIDER_NOT_FOUND, STORE_UNAVAILABLE
 */
export async function readVisitor(
  fields: URLSearchParams,
  fallbackLanguage: string,
  options: VisitorOptions
): Promise<Visitor> {
  const token = fields.get('token')
  return token === null ? fromDashboard(fields, fallbackLanguage, options) : fromQuotaScreen(token, options)
}

async function fromQuotaScreen(text: string, options: VisitorOptions): Promise<Visitor> {
  const token = options.fromQuotaScreen ? await options.connectTokens.read(text, 'page') : undefined
  if (!token || (await inStore(options.oneUses.isUsed(token.once.id))))
    throw new QuotaBridgeError('CONNECT_TOKEN_ENDED')
  const { provider, instanceId, language, once, madeAt } = token
  return {
    source: perSite(options.sources().get(provider)),
    key: { provider, instanceId },
    language,
    proof: { token: text },
    isOwner: false,
    permit: { givenAt: madeAt, once }
  }
}

function fromDashboard(fields: URLSearchParams, fallbackLanguage: string, options: VisitorOptions): Visitor {
  const { appId, appSecret } = options.app()
  const instance = fields.get('instance')
  if (instance === null || appSecret === undefined)
    throw new QuotaBridgeError('INSTANCE_REFUSED', {
      message: instance === null ? 'No parameter instance or token came.' : 'wix.appSecret is not configured.'
    })
  const { instanceId, signedAt } = readInstance(instance, { appId, appSecret, now: options.now })
  const source = perSite(sourceFor(fields.get('provider'), options.sources()))
  const locale = fields.get('locale')
  return {
    source,
    key: { provider: source.name, instanceId },
    language: chooseLanguage(locale === null ? [] : [locale], fallbackLanguage),
    proof: { instance, provider: source.name, ...(locale !== null && { locale }) },
    isOwner: true,
    permit: { givenAt: signedAt }
  }
}

/** The one that is named, or the only one there is. */
function sourceFor(name: string | null, sources: ReadonlyMap<string, Source>): Source | undefined {
  if (name !== null) return isStorable(name) ? sources.get(name) : undefined
  const [only, ...others] = [...sources.values()].filter(({ shared }) => !shared)
  return others.length === 0 ? only : undefined
}

function perSite(source: Source | undefined): Source {
  if (!source || source.shared) throw new QuotaBridgeError('PROVIDER_NOT_FOUND')
  return source
}

/** Whether a visitor may put anything at all in the place of what the site has. */
export function mayChange({ isOwner }: Visitor, present: StoredConnection | undefined): boolean {
  return isOwner || !present || present.health === 'failing'
}

/** By what leave a visitor saves a connection; `confirmed`: they said that another account may take the place of the present one. */
export function permitOf(visitor: Visitor, connection: unknown, confirmed: boolean): Permit {
  const { adapter } = visitor.source
  return {
    ...visitor.permit,
    demand(before, isUsed) {
      if (isUsed) throw new QuotaBridgeError('CONNECT_TOKEN_ENDED')
      if (!before || isSameAccount(adapter.connectionSchema, before.connection, connection)) {
        if (!mayChange(visitor, before)) throw new QuotaBridgeError('OWNER_NEEDED')
        return
      }
      if (!visitor.isOwner) throw new QuotaBridgeError('OWNER_NEEDED')
      if (!confirmed) throw new QuotaBridgeError('ANOTHER_ACCOUNT')
    }
  }
}
