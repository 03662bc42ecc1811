// The page on which the owner of a site connects it: whether it is there, which ways lead to it, and what it needs.
import type { Mistake } from '../mistakes.ts'
import { isConnectPage } from '../public/forward/decide.ts'
import { type Static, Type } from '../schema.ts'
import type { ConfiguredProvider } from './providers.ts'

/** Wix's dashboard, which shows pages of apps in frames. */
const DASHBOARD = ['https://*.wix.com']

/** The section `connect:`. */
export const ConnectSchema = Type.Object(
  {
    page: Type.Boolean({
      default: false,
      description:
        'whether /connect on the public listener is a page where the owner of a site connects it; needs server.publicUrl and a store',
      examples: [true]
    }),
    fromQuotaScreen: Type.Union([Type.Literal('create-and-repair'), Type.Literal('off')], {
      default: 'create-and-repair',
      description:
        "what the button Connect may do, which contributors of a site see too: create-and-repair connects a site that has no connection, and repairs one that fails with the same account; off leaves the app's page in the Wix dashboard, which needs wix.appSecret",
      examples: ['off']
    }),
    frameAncestors: Type.Array(
      Type.String({
        pattern: '^https?://[\\w.*:-]+$',
        form: 'an origin, in which *. stands for every host below',
        examples: ['https://*.wix.com']
      }),
      {
        default: DASHBOARD,
        description: 'whose pages may show this page in a frame',
        examples: [['https://*.wix.com']]
      }
    )
  },
  {
    additionalProperties: false,
    default: {},
    description: "a page of our own for connecting sites, in place of a maker's"
  }
)
export type ConfiguredConnect = Static<typeof ConnectSchema>

/** What the rest of the configuration says, as far as the page depends on it. */
export interface AroundConnect {
  publicUrl: string | undefined
  hasStore: boolean
  hasAppSecret: boolean
  allowUnsigned: boolean
  basePaths: readonly string[]
  providers: ReadonlyMap<string, ConfiguredProvider>
}

/** What the page lacks, and what stands in its way. */
export function connectMistakes({ page, fromQuotaScreen }: ConfiguredConnect, around: AroundConnect): Mistake[] {
  if (!page) return []
  const { publicUrl, hasStore, hasAppSecret, allowUnsigned, basePaths, providers } = around
  const at = (key: string, message: string): Mistake => ({ path: ['connect', key], message })
  const mistakes: Mistake[] = []
  if (publicUrl === undefined)
    mistakes.push(
      at('page', "needs server.publicUrl, the address under which a person's browser reaches it; write that too")
    )
  else if (!hasStore)
    mistakes.push(
      at('page', 'needs a store, which keeps what is connected; write store: { encryptionKeys: [...] } too')
    )
  else if (![...providers.values()].some(({ shared }) => !shared))
    mistakes.push(
      at('page', 'has nothing to connect: no provider has connection: per-site; give one that, or take the page out')
    )
  else if (allowUnsigned)
    mistakes.push(
      at('page', 'does not go together with wix.allowUnsigned, by which anybody could connect any site; take one out')
    )
  else if (basePaths.some(isConnectPage))
    mistakes.push(at('page', 'lies at /connect, below which a base path lies too; give the actions another base path'))
  if (fromQuotaScreen === 'off' && !hasAppSecret)
    mistakes.push(
      at('fromQuotaScreen', 'is off, and without wix.appSecret no other way leads to the page; write that too')
    )
  return mistakes
}

/** The providers, those without a page of the maker's own leading to ours. */
export function withConnectPage(
  providers: ReadonlyMap<string, ConfiguredProvider>,
  { page, fromQuotaScreen }: ConfiguredConnect,
  publicUrl: string | undefined
): Map<string, ConfiguredProvider> {
  if (!page || fromQuotaScreen === 'off' || publicUrl === undefined) return new Map(providers)
  const ours = { connectUrl: connectPageUrl(publicUrl), connectsHere: true }
  return new Map(
    [...providers].map(([name, provider]) =>
      provider.shared || provider.connectUrl !== undefined ? [name, provider] : [name, { ...provider, ...ours }]
    )
  )
}

/** Where a person's browser finds the page. */
export function connectPageUrl(publicUrl: string): string {
  return `${publicUrl.replace(/\/$/, '')}/connect`
}
