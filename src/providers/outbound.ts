// Calls to addresses that others choose: which hosts an adapter may reach, checked when a URL is given and again,
// against the resolved address, whenever a socket is opened, so that a changed DNS answer does not slip through.
import { type LookupAddress, type LookupAllOptions, type LookupOptions, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Agent } from 'undici'

export interface HostRules {
  /** Exact hosts, or `*.example.com` for every host below it. */
  allowedHosts: readonly string[]
  /** Admits http, ports, IP literals and private addresses, of allowed hosts only. For development and self-hosting. */
  allowPrivateHosts: boolean
}

/** A host whose address is private, on this machine or on this link, although the rules allow none. */
export class HostNotAllowedError extends Error {
  readonly code = 'HOST_NOT_ALLOWED'
}

/** What is wrong with the base URL of an upstream, as a sentence that says what would be right; undefined when nothing is. */
export function baseUrlMistake(text: string, rules: HostRules): string | undefined {
  if (!URL.canParse(text)) return 'is not a URL; write it like https://acme.onlyoffice.com'
  const url = new URL(text)
  if (url.protocol !== 'https:' && !(rules.allowPrivateHosts && url.protocol === 'http:')) {
    return 'must start with https:// (http:// only with allowPrivateHosts: true)'
  }
  if (url.username || url.password) return 'must not hold a user name or a password'
  if (url.pathname !== '/' || url.search || url.hash) return 'must end after the host, without a path'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (!rules.allowPrivateHosts && ipaddr.isValid(host)) return 'must name a host, not an IP address'
  if (!rules.allowPrivateHosts && url.port) return 'must not name a port (allowed with allowPrivateHosts: true)'
  if (!rules.allowedHosts.some(pattern => hostMatches(host, pattern))) {
    return `names a host that is not allowed; add it to this provider's allowedHosts (now: ${rules.allowedHosts.join(', ')})`
  }
  return undefined
}

function hostMatches(host: string, pattern: string): boolean {
  const wanted = pattern.toLowerCase().replace(/^\[|\]$/g, '')
  return wanted.startsWith('*.') ? host.endsWith(wanted.slice(1)) && host.length > wanted.length - 1 : host === wanted
}

export interface OutboundLimits {
  /** A longer body is an error, in bytes. */
  maxResponseBytes: number
  /** Calls under way at once to one origin; further ones wait. */
  connectionsPerOrigin: number
}

/** How names become addresses: `dns.lookup`, asked for all of them. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void
) => void

/**
 * A pool of connections that reaches only what the rules allow, follows no redirect, and stops at the limits.
 * A name is looked up once for each socket, which is opened to the very address that was looked at.
 */
export function createOutboundAgent(rules: HostRules, limits: OutboundLimits, resolve: Resolve = lookup): Agent {
  return new Agent({
    connections: limits.connectionsPerOrigin,
    maxResponseSize: limits.maxResponseBytes,
    allowH2: false,
    connect: rules.allowPrivateHosts ? {} : { lookup: guardLookup(resolve) }
  })
}

/** A look-up of a socket's that fails when a name leads to anything but public addresses. */
export function guardLookup(resolve: Resolve): LookupFunction {
  return (hostname, options: LookupOptions, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error || !first) return callback(error ?? Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), [])
      // One private address among public ones is as bad: the socket may be opened to any of them.
      if (!addresses.every(({ address }) => isPublicAddress(address))) {
        return callback(new HostNotAllowedError(`${hostname} leads to an address that is not public`), [])
      }
      if (options.all) return callback(null, addresses)
      return callback(null, first.address, first.family)
    })
  }
}

/** Public by its range, yet answered by the machine's own host in Azure: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16 */
const AZURE_HOST = '168.63.129.16'
/** IPv4-compatible addresses, `::10.0.0.1`, which nobody has any more: https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.1 */
const IPV4_COMPATIBLE = ipaddr.IPv6.parseCIDR('::/96')

/** Whether an address is reachable by everybody: not private, loopback, link-local, metadata, mapped, compatible or reserved. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.process(address)
  if (parsed instanceof ipaddr.IPv6 && parsed.match(IPV4_COMPATIBLE)) return false
  return parsed.range() === 'unicast' && parsed.toString() !== AZURE_HOST
}
