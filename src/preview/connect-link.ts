// Where the button Connect leads, for eyes that are not the site owner's.

/** The address without what lets a person connect: whoever has the token itself can connect the site. */
export function withoutToken(url: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}token=…`
}

/** Makes links as tokens do, but without any. */
export const noTokens = { linkFor: async (url: string) => withoutToken(url) }
