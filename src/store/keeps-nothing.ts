// A store for asking as the service does without leaving a trace: what is known already counts, and nothing is kept.
import { createLocalChanges } from './changes.ts'
import type { Connections } from './connections.ts'
import type { KnowledgeRows } from './knowledge.ts'
import { localLeases } from './leases.ts'

/** What is known so far. */
export interface Known {
  knowledge: Pick<KnowledgeRows, 'get'>
  connections?: Pick<Connections, 'get'>
}

/** What a quota service needs of a store, over one that is only read; over nothing, where nothing is known. */
export function storeKeepingNothing(known?: Known) {
  const nothing = async () => undefined
  return {
    knowledge: {
      get: known?.knowledge.get ?? (async () => ({})),
      putSnapshot: nothing,
      addMark: async () => false,
      replaceMark: nothing
    },
    connections: { get: known?.connections?.get ?? nothing },
    leases: localLeases,
    changes: createLocalChanges()
  }
}
