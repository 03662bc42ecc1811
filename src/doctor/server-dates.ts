// What time it is elsewhere: the header Date of every answer that comes while somebody listens, whoever asked for it.
// https://undici.nodejs.org/#/docs/api/DiagnosticsChannel
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Type, Value } from '../schema.ts'

export interface ServerDate {
  /** Of the server, such as https://acme.onlyoffice.com. */
  origin: string
  /** What it says, in milliseconds since 1970, of whole seconds. */
  date: number
  /** What our clock said when that came, in milliseconds since 1970. */
  receivedAt: number
}

const CHANNEL = 'undici:request:headers'
/** As undici tells it; header names and values by turns. */
const Message = Type.Object({
  request: Type.Object({ origin: Type.Unknown() }),
  response: Type.Object({ headers: Type.Array(Type.Unknown()) })
})

/** Fills the list until `stop` is called. */
export function listenForDates(now: () => number): { dates: ServerDate[]; stop(): void } {
  const dates: ServerDate[] = []
  const hear = (message: unknown) => {
    if (!Value.Check(Message, message)) return
    const texts = message.response.headers.map(String)
    const at = texts.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === 'date')
    const date = Date.parse(texts[at + 1] ?? '')
    if (at >= 0 && !Number.isNaN(date)) dates.push({ origin: String(message.request.origin), date, receivedAt: now() })
  }
  subscribe(CHANNEL, hear)
  return { dates, stop: () => void unsubscribe(CHANNEL, hear) }
}
