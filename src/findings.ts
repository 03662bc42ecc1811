// Why a provider could not tell, or tells little: what happened, and what to do about it. These every provider may have;
// what only one can have is in its adapter's folder.

/** By a stable key, which appears in answers and logs as `finding`. */
export type Findings = Readonly<Record<string, readonly [message: string, remedy: string]>>

export const sharedFindings = {
  'api-key-rejected': ['The credentials are not accepted: they are wrong or expired.', 'Give the connection new ones.'],
  'access-refused': [
    'Access is refused to these credentials, or to this address.',
    "Check the provider's own settings."
  ],
  'host-not-allowed': [
    'The address leads to a host that this service may not call.',
    "Check the address; an operator can add the host to the provider's allowedHosts."
  ],
  redirected: [
    'The address answers with a redirect, which is never followed.',
    'Give the address that the redirect leads to.'
  ],
  'answer-too-large': ['The answer is too large to be what we asked for.', "Check that the address is the provider's."],
  'answer-invalid': ['The answer makes no sense.', "Check that the address is the provider's."],
  'upstream-error': ['The provider answers with an error of its own.', 'Try again later.'],
  'call-not-made': [
    'The call could not be made, through a fault on our side.',
    "Look for call-not-made in the service's log, and report it."
  ],
  unreachable: ['The provider cannot be reached.', 'Check the address, or try again later.'],
  'rate-limited': ['The provider is limiting our calls.', 'Try again later.'],
  timeout: ['The provider did not answer in time.', 'Try again later.'],
  'store-unavailable': [
    "The service's own database cannot be used.",
    'Look in the log, or at GET /health/ready, for what is the matter with it.'
  ],
  'connection-unreadable': [
    'The saved connection cannot be read.',
    'Configure the encryption key that it was saved with, or save it again.'
  ]
} as const satisfies Findings

/** What a finding means to an adapter: its own words first. Undefined for a key that nobody knows. */
export function findingOf(key: string, own: Findings = {}): readonly [message: string, remedy: string] | undefined {
  return own[key] ?? new Map<string, Findings[string]>(Object.entries(sharedFindings)).get(key)
}
