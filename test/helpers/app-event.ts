// An app event as Wix posts it: the event as JSON text inside a signed payload.
import { sharedWix, TODAY } from './bridge.ts'

export function appEvent(event: unknown, claims: Record<string, unknown> = {}): Promise<string> {
  const seconds = Math.floor(TODAY.getTime() / 1000)
  return sharedWix.sign({ data: JSON.stringify(event), iat: seconds, exp: seconds + 3600, ...claims })
}
