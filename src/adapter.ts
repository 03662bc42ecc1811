// What an adapter of one's own is written with: the package's `quota-bridge/adapter`.
export type { Findings } from './findings.ts'
export type { Mistake } from './mistakes.ts'
export type { ProviderLog, ProviderWatch } from './observe/provider.ts'
export type { Conformance, UpstreamCase } from './providers/conformance.ts'
export {
  type CallOptions,
  canBeSent,
  createHttpClient,
  type HttpAnswer,
  type HttpCall,
  type HttpClient,
  type NamedCall,
  partyOf,
  type Reading
} from './providers/http-client.ts'
export { baseUrlMistake, type HostRules, type OutboundLimits } from './providers/outbound.ts'
export { visibleText } from './providers/upstream-text.ts'
export {
  type CheckDetails,
  type ConnectionCheck,
  type FetchOptions,
  type ProviderAdapter,
  type ProviderContext,
  ProviderError,
  type ProviderErrorCode,
  type QuotaProvider
} from './quota/provider.ts'
export type { LocalizedText, Plan, PlanState, Quota, QuotaGroup, QuotaReport } from './quota/report.ts'
export { Secret, type Static, type TObject, Type, TypeCompiler } from './schema.ts'
