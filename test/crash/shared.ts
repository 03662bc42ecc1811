// What the killed writer and its judge agree on.
export const CRASH_KEY = Buffer.from('a key for tests, of 32 bytes ...')
export const PROVIDER = 'sites'
export const SITES = 7
