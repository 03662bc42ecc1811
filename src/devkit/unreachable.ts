// Why a call got no answer, in a sentence that says what to do.

const REFUSED = 'Nothing listens there: is the service running, and on this port? Its log says where ("listening").'
const AWAY = 'It cannot be reached from here: check the address, and what stands between, such as a firewall.'
const HUNG_UP = 'It hung up without an answer: does it speak HTTP, and not HTTPS?'
const NO_TLS = 'It does not speak HTTPS: try http://.'
const CERTIFICATE =
  'Its certificate is not accepted: ask for the name that stands in it, or name its authority in NODE_EXTRA_CA_CERTS.'

/** What undici calls the error of bytes that are no HTTP, of which not every one has a code. */
const NOT_HTTP = 'HTTPParserError'

/** By the codes of Node and of undici, which fetch is made of. */
const REASONS: Record<string, string> = {
  ECONNREFUSED: REFUSED,
  ENOTFOUND: 'Nobody knows an address of that name: check how it is spelled.',
  EAI_AGAIN: 'The name cannot be looked up: check how it is spelled, and the network.',
  ETIMEDOUT: AWAY,
  EHOSTUNREACH: AWAY,
  ENETUNREACH: AWAY,
  UND_ERR_CONNECT_TIMEOUT: AWAY,
  UND_ERR_HEADERS_TIMEOUT: 'It took the call and does not answer.',
  [NOT_HTTP]: 'What answers there does not speak HTTP.',
  ECONNRESET: HUNG_UP,
  UND_ERR_SOCKET: HUNG_UP,
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ERR_TLS_CERT_ALTNAME_INVALID: CERTIFICATE,
  CERT_HAS_EXPIRED: CERTIFICATE,
  DEPTH_ZERO_SELF_SIGNED_CERT: CERTIFICATE,
  SELF_SIGNED_CERT_IN_CHAIN: CERTIFICATE,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: CERTIFICATE,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: CERTIFICATE
}

/** What a failed fetch of an address is the matter with, in two sentences. */
export function whyUnreachable(error: unknown, address: string): string {
  const { code, message } = innermost(error)
  return `Nothing answers at ${address} (${code || message}). ${REASONS[code] ?? 'Check the address.'}`
}

/** The error that lies behind the others, and its code where it has one. */
function innermost(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: '', message: String(error) }
  if (error.cause instanceof Error) return innermost(error.cause)
  const { name, message } = error
  if (name === NOT_HTTP) return { code: name, message }
  return { code: 'code' in error ? String(error.code) : '', message }
}
