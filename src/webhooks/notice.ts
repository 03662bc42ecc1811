// What a webhook tells of: each crossing is one notice, which is told once.
import type { ConnectionKey } from '../store/connection-key.ts'

/** What may be told, with what it means, for the documentation and for editors. */
export const NOTICE_TYPES = {
  'connection.failing': 'a connection does not work, though it did',
  'connection.recovered': 'a connection that was told of as failing works again',
  'key.expiring': 'the credentials of a connection end within 30 days, and again within 3',
  'quota.near-limit': 'of a quota that some action shows, so much is used that readers are warned; once a period',
  'quota.reached': 'nothing is left of a quota that some action shows; once a period'
} as const

export type NoticeType = keyof typeof NOTICE_TYPES

/** Facts for a program; nothing of a connection is among them. */
export type NoticeData = Readonly<Record<string, string | number>>

export interface Notice {
  type: NoticeType
  key: ConnectionKey
  /** Which of several alike, such as a feature; empty where there is one. */
  subject: string
  /** When this differs from what was told of last, it is told again: a period with its limit, the end of a key. */
  state: string
  data: NoticeData
}
