// What an adapter brings along to be tested with: what its upstream answers, and settings and a connection that lead there.

/** How an upstream answers where something is the matter. */
export interface UpstreamCase {
  /** Of every answer; 200 when left out. */
  status?: number
  /** The text of every answer; without it, and without `answers`, an empty object. */
  body?: string
  /** JSON by path, in the place of what is answered otherwise. */
  answers?: Readonly<Record<string, unknown>>
}

/** What a module exports as `conformance`, beside its adapter, for `quota-bridge adapter test`. */
export interface Conformance {
  /** What stands in the configuration beside what every provider has, for an upstream at that address; nothing when left out. */
  settings?: (upstream: string) => object
  /** A connection to the upstream at that address. Wherever it has a secret, `secret` must be it. */
  connection: (upstream: string, secret: string) => unknown
  /** What the upstream answers when all is well: JSON by path, without the query. Left out by an adapter that asks nobody over HTTP. */
  answers?: Readonly<Record<string, unknown>>
  /** For each finding of the adapter's own, how the upstream answers then. */
  findings?: Readonly<Record<string, UpstreamCase>>
}
