// The catalogue of errors that a caller can meet: a stable code, its HTTP status, and what to do about it.

interface CatalogueEntry {
  status: number
  /** What happened, when the place that raises the error has nothing more exact to say. */
  message: string
  /** What the reader of the error can do about it. */
  remedy: string
}

export const errorCatalogue = {
  INVALID_REQUEST: {
    status: 400,
    message: 'The call is well signed, but it does not say which action is asked about.',
    remedy:
      'Send data.request.actionKey, a string of 1 to 256 characters, and no appExtensionType other than AUTOMATIONS_ACTION_PROVIDER.'
  },
  INVALID_SIGNATURE: {
    status: 401,
    message: 'The body is not a compact JWS signed by Wix with RS256.',
    remedy:
      "Check that wix.publicKey is the public key shown in the app's dashboard, and that the body arrives unchanged."
  },
  INVALID_CLAIMS: {
    status: 401,
    message: 'The claims of the signed call are missing or wrong.',
    remedy: "Check that wix.appId is this app's id and that the server's clock is right."
  },
  UNAUTHORIZED: {
    status: 401,
    message: 'The management API needs a bearer token.',
    remedy: 'Send the header "Authorization: Bearer …" with the token of management.token.'
  },
  INSTANCE_REFUSED: {
    status: 401,
    message: 'The parameter instance is not signed by Wix for this app, or not within the last day.',
    remedy:
      "Open the app's page in the site's Wix dashboard again. Should it stay so, check that wix.appSecret is the secret key that the app's dashboard shows."
  },
  OWNER_NEEDED: {
    status: 403,
    message: 'Only the owner of the site may do this; nothing was changed.',
    remedy: "Let the owner open the app's page in the site's Wix dashboard."
  },
  ACTION_NOT_FOUND: {
    status: 404,
    message: 'The configuration has no such action.',
    remedy: 'Add the action key, as the app dashboard spells it, under actions: in the configuration.'
  },
  UPGRADE_NOT_FOUND: {
    status: 404,
    message: 'This upgrade link is not one of ours, or leads nowhere any more.',
    remedy: "Open the site's quotas again and use the button that is shown there."
  },
  CONNECT_TOKEN_ENDED: {
    status: 404,
    message: 'This token connects nothing: it was not made here, has ended, or was used.',
    remedy: "Open the site's quotas in Wix again and use the button that is shown there."
  },
  PROVIDER_NOT_FOUND: {
    status: 404,
    message: 'The configuration has no such provider, or that provider has one connection for all sites.',
    remedy: 'Name a provider with connection: per-site.'
  },
  CONNECTION_NOT_FOUND: {
    status: 404,
    message: 'This site has no connection with this provider.',
    remedy: 'Save one with PUT.'
  },
  ANOTHER_ACCOUNT: {
    status: 409,
    message: 'Another account is connected with this site; nothing was changed.',
    remedy: 'Give the account that is connected, or say that the other one takes its place.'
  },
  SITE_REMOVED: {
    status: 409,
    message: 'The app was removed from this site while its connection was being saved; nothing was saved.',
    remedy: 'If the app is installed there again, save the connection again.'
  },
  RESTART_NEEDED: {
    status: 409,
    message: 'What changed in the configuration needs a restart; nothing of it was applied.',
    remedy: 'Restart the service, or take out what data.keys names and reload again.'
  },
  CONFIGURATION_INVALID: {
    status: 422,
    message: 'The configuration has mistakes; the one that was read before goes on.',
    remedy: 'Correct what the message names and reload again.'
  },
  INVALID_CONNECTION: {
    status: 422,
    message: 'The connection is not what this provider needs.',
    remedy: 'Correct the field that data.field names.'
  },
  CONNECTION_REFUSED: {
    status: 422,
    message: 'The provider was asked, and the connection does not work.',
    remedy: 'Correct what data.finding names, or save it all the same with ?check=false.'
  },
  STORE_UNAVAILABLE: {
    status: 503,
    message: "The service's own database does not answer.",
    remedy: 'Try again after the seconds that Retry-After names; the service recovers by itself.'
  },
  NOT_FOUND: {
    status: 404,
    message: 'There is nothing at this path for this method.',
    remedy: 'Quota calls go to POST {basePath}v1/quota-info. All else under a base path goes where forward.to says.'
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    message: 'The body is larger than what is taken here.',
    remedy:
      'Send 64 KiB at most, 16 KiB to the management API, and forward.maxBodySize to what is passed on to the maker.'
  },
  RATE_LIMITED: {
    status: 429,
    message: 'More calls are being answered right now than this server takes on.',
    remedy:
      'Try again after the seconds that Retry-After names, or raise server.maxConcurrentCalls; for calls that are passed on, forward.maxConcurrentCalls.'
  },
  OVERLOADED: {
    status: 503,
    message: 'The service is too busy to answer in time.',
    remedy:
      'Try again after the seconds that Retry-After names; if it stays so, give the service more processors or another replica.'
  },
  PROVIDER_REJECTED: {
    status: 502,
    message: 'The provider of the quotas refused our credentials or gave an answer that makes no sense.',
    remedy: 'Check the connection of this provider: its URL, its API key, and what that key may see.'
  },
  FORWARD_FAILED: {
    status: 502,
    message: "The maker's own server cannot be reached, or hung up. It may have received the call.",
    remedy: 'Check forward.to in the configuration, and the server behind it.'
  },
  QUOTA_UNAVAILABLE: {
    status: 503,
    message: 'The provider of the quotas cannot be reached or is limiting us.',
    remedy: 'Try again after the seconds that Retry-After names.'
  },
  PROVIDER_TIMEOUT: {
    status: 504,
    message: 'The provider of the quotas did not answer in time.',
    remedy: "Try again; if it stays so, check the provider's health or raise its deadline."
  },
  FORWARD_TIMEOUT: {
    status: 504,
    message: "The maker's own server did not answer in time. It may have received the call.",
    remedy: 'Let it answer sooner, or raise forward.timeout.'
  },
  INTERNAL: {
    status: 500,
    message: 'Something went wrong inside Quota Bridge.',
    remedy: "Look for 'internal error' in the service's log at this time, and report it."
  }
} as const satisfies Record<string, CatalogueEntry>

export type ErrorCode = keyof typeof errorCatalogue

export interface ErrorDetails {
  /** What happened, more exactly than the catalogue says it; never a secret, never a part of a foreign body. */
  message?: string | undefined
  /** What to do about it, more exactly than the catalogue says it. */
  remedy?: string | undefined
  /** Facts for a program; the same rule holds. */
  data?: Record<string, string | number | boolean>
  /** Seconds after which trying again makes sense; goes out as `Retry-After`. */
  retryAfterSeconds?: number | undefined
  /** Facts for the log alone; never a secret. What a caller sent may be among them. */
  logged?: Record<string, unknown>
  /** What lies behind it, for the log alone. */
  cause?: unknown
}

/** An error of the catalogue on its way to the caller; everything in it but `logged` and `cause` may be shown. */
export class QuotaBridgeError extends Error {
  override readonly name = 'QuotaBridgeError'
  readonly code: ErrorCode
  readonly data: Record<string, string | number | boolean>
  readonly logged: Record<string, unknown>
  readonly retryAfterSeconds: number | undefined
  /** What the caller can do about it. */
  readonly remedy: string

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    const { stackTraceLimit } = Error
    // What a caller did is found nowhere in our code, and whoever floods us with it must not make us look (bench/README.md).
    if (errorCatalogue[code].status < 500) Error.stackTraceLimit = 0
    super(details.message ?? errorCatalogue[code].message, { cause: details.cause })
    Error.stackTraceLimit = stackTraceLimit
    this.code = code
    this.remedy = details.remedy ?? errorCatalogue[code].remedy
    this.data = details.data ?? {}
    this.logged = details.logged ?? {}
    this.retryAfterSeconds = details.retryAfterSeconds
  }

  /** The HTTP status of this error's code. */
  get status(): number {
    return errorCatalogue[this.code].status
  }
}
