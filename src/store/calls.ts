// Every statement that goes to the database, told to whoever listens: what it was, how long it took, and what was the matter.
import { type LogEvent, type OperationNode, type RootOperationNode, TableNode } from 'kysely'
import { StoreError, type StoreTrouble } from './store-error.ts'

/** One statement, or the wait for a connection to make one over. */
export interface StoreCall {
  engine: 'sqlite' | 'postgres'
  operation: StoreOperation
  /** Absent where it is about no single table. */
  table?: string
  ms: number
  /** What was the matter; `internal` when it was a fault of ours. Absent when nothing was. */
  failure?: StoreTrouble | 'internal'
}

/** `connect` is the wait for a connection of the pool. */
export type StoreOperation = (typeof OPERATIONS)[number] | 'connect' | 'other'

/** Hears of every call. Never throws, and takes no time worth speaking of. */
export type OnStoreCall = (call: StoreCall) => void

const OPERATIONS = ['select', 'insert', 'update', 'delete', 'begin', 'commit', 'rollback'] as const

/** What Kysely is to do with each statement that has ended. */
export function tellStatements(engine: StoreCall['engine'], onCall: OnStoreCall): (event: LogEvent) => void {
  return event => {
    const { query, queryDurationMillis: ms } = event
    const table = tableOf(query.query)
    const failure = event.level === 'error' ? { failure: failureOf(event.error) } : {}
    onCall({ engine, operation: operationOf(query.sql), ...(table !== undefined && { table }), ms, ...failure })
  }
}

/** What was the matter with a call that failed. */
export function failureOf(error: unknown): StoreTrouble | 'internal' {
  return error instanceof StoreError ? error.trouble : 'internal'
}

function operationOf(statement: string): StoreOperation {
  const [word = ''] = statement.split(' ', 1)
  return OPERATIONS.find(operation => operation === word.toLowerCase()) ?? 'other'
}

function tableOf(query: RootOperationNode): string | undefined {
  switch (query.kind) {
    case 'SelectQueryNode':
      return nameOf(query.from?.froms[0])
    case 'InsertQueryNode':
      return nameOf(query.into)
    case 'UpdateQueryNode':
      return nameOf(query.table)
    case 'DeleteQueryNode':
      return nameOf(query.from.froms[0])
    default:
      return undefined
  }
}

function nameOf(node: OperationNode | undefined): string | undefined {
  return node && TableNode.is(node) ? node.table.identifier.name : undefined
}
