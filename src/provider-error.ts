// An upstream's failure, told by what was found, without any part of what it sent.
import { QuotaBridgeError } from './errors.ts'
import { type Findings, findingOf } from './findings.ts'

export type ProviderErrorCode = 'PROVIDER_REJECTED' | 'QUOTA_UNAVAILABLE' | 'PROVIDER_TIMEOUT'

export interface ProviderErrorDetails {
  /** A status or a system error's code, for the log. */
  reason?: string | undefined
  retryAfterSeconds?: number | undefined
  /** The adapter's own, whose words come first. */
  findings?: Findings
}

/** What a provider throws. Its message and its remedy are those of the finding. */
export class ProviderError extends QuotaBridgeError {
  declare readonly code: ProviderErrorCode
  /** A key of sharedFindings, or of the adapter's own. */
  readonly finding: string
  /** A status or a system error's code, for the log. */
  readonly reason: string | undefined

  constructor(code: ProviderErrorCode, finding: string, details: ProviderErrorDetails = {}) {
    const { reason, retryAfterSeconds = code === 'QUOTA_UNAVAILABLE' ? 30 : undefined, findings } = details
    const [message, remedy] = findingOf(finding, findings) ?? []
    super(code, { message, remedy, retryAfterSeconds, data: { finding } })
    this.finding = finding
    this.reason = reason
  }
}
