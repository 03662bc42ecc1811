// One call over the network, and where on the way it ended: name, connection, certificate, or whoever answered.
import { Agent, errors, request } from 'undici'

const TIMEOUT_MS = 10_000
const BODY_BYTES_MAX = 256 * 1024

export interface Answered {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** What is wrong, and what to do about it. */
export interface Hop {
  found: string
  remedy: string
  paste?: string[]
}

export interface Call {
  url: URL
  method: 'GET' | 'POST'
  body?: string
  timeoutMs?: number
}

/** Makes a call, follows no redirect, and tells how far it came when there is no answer. */
export async function call({ url, method, body, timeoutMs = TIMEOUT_MS }: Call): Promise<Answered | Hop> {
  const agent = new Agent({ allowH2: false, maxResponseSize: BODY_BYTES_MAX, connect: { timeout: timeoutMs } })
  try {
    const answer = await request(url, {
      method,
      dispatcher: agent,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'user-agent': 'quota-bridge doctor' },
      signal: AbortSignal.timeout(timeoutMs),
      ...(body !== undefined && { body })
    })
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.text() }
  } catch (error) {
    return failedHop(error, url)
  } finally {
    await agent.destroy()
  }
}

/** Codes of OpenSSL's and Node's own: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const TLS = /^(CERT_|ERR_TLS|ERR_SSL|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/
const CERTIFICATES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; is this clock right?',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself alone',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that nobody knows',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'it does not send the certificates between its own and the authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an authority that nobody knows',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name'
}

function failedHop(error: unknown, { hostname, host, origin, protocol }: URL): Hop {
  const code = codeOf(error)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      found: `DNS: ${hostname} has no address (${code})`,
      remedy: 'Correct the name, or make the DNS record.',
      paste: [`getent hosts ${hostname}`]
    }
  }
  if (TLS.test(code)) {
    return {
      found: `TLS: ${CERTIFICATES[code] ?? `no secure connection with ${host}`} (${code})`,
      remedy: 'Correct the certificate of what answers there; for an authority of your own set NODE_EXTRA_CA_CERTS.',
      paste: [`openssl s_client -connect ${hostname}:${portOf({ host, protocol })} -servername ${hostname} </dev/null`]
    }
  }
  if (error instanceof errors.HTTPParserError || code === 'UND_ERR_SOCKET') {
    return {
      found: `HTTP: what listens at ${host} does not speak it (${code})`,
      remedy: `Check the port, and whether it wants ${protocol === 'http:' ? 'https://' : 'http://'}.`,
      paste: [`curl -v ${origin}/health/live`]
    }
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'ABORT_ERR' || code === 'TimeoutError') {
    return {
      found: `the connection with ${host} stands, but no answer came in time`,
      remedy: 'Look at the log of what answers there, and of what lies behind it.',
      paste: [`curl -v ${origin}/health/live`]
    }
  }
  return {
    found: `connection: nothing answers at ${host} (${code})`,
    remedy: 'Check the address and the port, that the service runs, and what a firewall says.',
    paste: [`curl -v ${origin}/health/live`]
  }
}

function portOf({ host, protocol }: Pick<URL, 'host' | 'protocol'>): string {
  return /:(\d+)$/.exec(host)?.[1] ?? (protocol === 'https:' ? '443' : '80')
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  // Several addresses that were tried in vain.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
