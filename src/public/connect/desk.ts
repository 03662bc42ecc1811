// What is done for a visitor: the form is shown, what they send is tried and saved, or the site is disconnected.
import { QuotaBridgeError } from '../../errors.ts'
import type { Page } from '../../pages/page.ts'
import type { Presenter } from '../../presentation/presenter.ts'
import { wordsOf } from '../../presentation/words.ts'
import { type SaveConnection, validConnection } from '../../providers/save-connection.ts'
import { ProviderError } from '../../quota/provider.ts'
import { OTHER_FEATURES, selected } from '../../quota/selection.ts'
import { Value } from '../../schema.ts'
import type { Connections } from '../../store/connections.ts'
import { inStore } from '../../store/in-store.ts'
import type { Origins } from '../../store/origins.ts'
import type { ActionQuotaInfo } from '../../wix/contract.ts'
import { visibleFields } from './account.ts'
import { FIELD } from './form.ts'
import { disconnectedPage, formPage, savedPage } from './pages.ts'
import type { Tries } from './tries.ts'
import { mayChange, permitOf, type Visitor } from './visitor.ts'

/** Who changed a connection, in the audit. */
const OWNER = 'site-owner'
const CONTRIBUTOR = 'quota-screen'
const LENGTH_MAX = 2048

export interface DeskOptions {
  connections: Pick<Connections, 'get' | 'remove'>
  origins: Pick<Origins, 'get'>
  save: SaveConnection
  presenter: Presenter
  tries: Tries
}

/** A page, and the error that it tells of where it does. */
export interface Served {
  page: Page
  error?: QuotaBridgeError
}

export interface Desk {
  /** @throws {QuotaBridgeError} OWNER_NEEDED, STORE_UNAVAILABLE */
  show(visitor: Visitor): Promise<Served>
  /**
   * Does what a form asks for; `address` is whose it is, where that can be believed.
   * @throws {QuotaBridgeError} of what cannot be put right in the form
   */
  take(visitor: Visitor, form: URLSearchParams, address: string | undefined): Promise<Served>
}

export function createDesk({ connections, origins, save, presenter, tries }: DeskOptions): Desk {
  /** The connection of the site that this one was copied from, where there is one with something to take over. */
  async function originOf({ source, key }: Visitor): Promise<Record<string, string> | undefined> {
    const origin = await inStore(origins.get(key.instanceId))
    const stored = origin && (await inStore(connections.get({ ...key, instanceId: origin })))
    const visible = stored ? visibleFields(source.adapter.connectionSchema, stored.connection) : []
    return visible.length > 0 ? Object.fromEntries(visible) : undefined
  }

  async function stateOf(visitor: Visitor) {
    const present = await inStore(connections.get(visitor.key))
    if (!mayChange(visitor, present)) throw new QuotaBridgeError('OWNER_NEEDED')
    const origin = present ? undefined : await originOf(visitor)
    return { visitor, words: wordsOf(visitor.language), present, origin, isCopy: origin !== undefined }
  }

  /** The plan that comes with a connection; undefined when it cannot be told now. */
  async function planOf({ source, language }: Visitor, connection: unknown): Promise<ActionQuotaInfo | undefined> {
    try {
      const report = await source.provider.fetchReport(connection, { planMayHaveChanged: false })
      const features = [...source.adapter.features(source.settings).shown, OTHER_FEATURES]
      const ordered = selected(report, features)
      return presenter({ kind: 'report', report: ordered }, features, { languages: [language], labels: new Map() })
        .answer
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error
      return undefined
    }
  }

  async function trySaving(visitor: Visitor, form: URLSearchParams): Promise<Served> {
    const { source, key, isOwner } = visitor
    const state = await stateOf(visitor)
    const isCopied = form.get('do') === 'copy' && state.origin !== undefined
    const given = fieldsOf(visitor, form)
    // What the form shows again is never a secret, nor another site's.
    const sent = Object.fromEntries(visibleFields(source.adapter.connectionSchema, given))
    let connection: unknown
    try {
      connection = validConnection(source, isCopied ? { ...given, ...state.origin } : given)
      const permit = permitOf(visitor, connection, form.get('replace') === 'yes')
      const actor = isOwner ? OWNER : CONTRIBUTOR
      const { stored } = await save({ source, key, connection, actor, permit })
      return { page: savedPage(visitor, state.words, stored, await planOf(visitor, connection)) }
    } catch (error) {
      if (!(error instanceof QuotaBridgeError)) throw error
      const again = { ...state, sent: isCopied ? {} : sent }
      const { field, finding } = error.data
      switch (error.code) {
        case 'INVALID_CONNECTION':
          return { error, page: formPage({ ...again, wrong: String(field) }) }
        case 'CONNECTION_REFUSED':
          return { error, page: formPage({ ...again, finding: String(finding) }) }
        case 'ANOTHER_ACCOUNT':
          return { error, page: formPage({ ...again, another: { plan: await planOf(visitor, connection) } }) }
        default:
          throw error
      }
    }
  }

  return {
    async show(visitor) {
      return { page: formPage(await stateOf(visitor)) }
    },
    async take(visitor, form, address) {
      if (form.get('do') !== 'disconnect') return tries.count(visitor.key, address, () => trySaving(visitor, form))
      if (!visitor.isOwner) throw new QuotaBridgeError('OWNER_NEEDED')
      await inStore(connections.remove(visitor.key, OWNER))
      return { page: disconnectedPage(visitor, wordsOf(visitor.language)) }
    }
  }
}

/** What stands in the form of the fields that the adapter asks for, and of no others; what is left empty is missing. */
function fieldsOf({ source }: Visitor, form: URLSearchParams): Record<string, unknown> {
  const schema = source.adapter.connectionSchema
  const given = Object.keys(schema.properties).flatMap(field => {
    const value = form.get(FIELD + field) ?? ''
    return value === '' ? [] : [[field, value.length > LENGTH_MAX ? '' : value]]
  })
  return Object(Value.Convert(schema, Object.fromEntries(given)))
}
