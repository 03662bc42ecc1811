// The registry: every kind of provider that a configuration may name as `type`.
import type { ProviderAdapter } from '../quota/provider.ts'
import { docspace } from './docspace/index.ts'
import { http } from './http/index.ts'
import { module } from './module/index.ts'
import { staticAdapter } from './static/index.ts'

export const adapters: ReadonlyMap<string, ProviderAdapter> = new Map(
  [docspace, http, module, staticAdapter].map(adapter => [adapter.type, adapter] as const)
)
