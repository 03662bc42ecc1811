// What names one connection, wherever something is kept about it.

/** In the place of a site, for the connection that all sites share. */
export const SHARED = ''

/** A provider, and whose connection with it is meant. */
export interface ConnectionKey {
  /** The provider's name in the configuration. */
  provider: string
  /** The site, Wix's instanceId, or SHARED. */
  instanceId: string
}

/** The key as one text, for maps. JSON keeps the border between its parts. */
export function idOf({ provider, instanceId }: ConnectionKey): string {
  return JSON.stringify([provider, instanceId])
}
