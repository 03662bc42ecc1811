// What names one connection, wherever something is kept about it.

/** In the place of a site, for the connection that all sites share. */
export const SHARED = ''

/** A provider, and whose connection with it is meant. */
export interface ConnectionKey {
  /** The provider's name in the configuration. */
  provider: string
  /** The site, Wix's instanceId in its canonical form, or SHARED. */
  instanceId: string
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * The form in which a site's id is known everywhere behind the edges. Wix's ids are GUIDs, which are the same in every case:
 * https://www.rfc-editor.org/rfc/rfc9562#section-4; what does not look like one stays as it is.
 */
export function canonicalSite(instanceId: string): string {
  return GUID.test(instanceId) ? instanceId.toLowerCase() : instanceId
}

/** The key as one text, for maps. JSON keeps the border between its parts. */
export function idOf({ provider, instanceId }: ConnectionKey): string {
  return JSON.stringify([provider, instanceId])
}
