// How a connection may be, as its row says it.
import { type Expression, expressionBuilder, type SqlBool } from 'kysely'
import type { Tables } from './tables.ts'

/** `limited`: it works, but tells less than it should. */
export type Health = 'ok' | 'limited' | 'failing' | 'unchecked'
export const HEALTHS: readonly Health[] = ['ok', 'limited', 'failing', 'unchecked']

/** A row's health; what another version may have written there is no health. */
export function readHealth(written: string): Health {
  return HEALTHS.find(health => health === written) ?? 'unchecked'
}

/** What no configured key opens is failing, whatever was found when it could be read. */
export function inHealth(health: Health, keyIds: readonly string[]): Expression<SqlBool> {
  const { eb, and, or } = expressionBuilder<Tables, 'connections'>()
  const told = eb('health', '=', health)
  return health === 'failing' ? or([told, eb('key_id', 'not in', keyIds)]) : and([told, eb('key_id', 'in', keyIds)])
}
