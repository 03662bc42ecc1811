// How the tables came to be, step by step. A step that was released is never changed; a new one follows it.
import { type Kysely, sql } from 'kysely'
import type { Migration, MigrationProvider } from 'kysely/migration'
import type { Engine } from './database.ts'
import { joinSites } from './join-sites.ts'

/** The steps, in the words of an engine. Their names sort in their order. */
export function migrations(engine: Engine): MigrationProvider {
  return {
    getMigrations: async () => ({
      '001-connections': connections(engine),
      '002-snapshots': snapshots(engine),
      '003-leases': leases(engine),
      '004-one-form-of-sites': { up: joinSites(textOf(engine)) },
      '005-sealed-reports': sealedReports(engine),
      '006-saves': saves(engine),
      '007-removals': removals(engine),
      '008-ends-of-credentials': endsOfCredentials,
      '009-rechecks': rechecks,
      '010-notices': notices(engine),
      '011-connecting': connecting(engine)
    })
  }
}

/** SQLite compares bytes by itself; PostgreSQL must be told, or pages would follow the server's language. */
function textOf(engine: Engine) {
  return engine === 'postgres' ? sql`text collate "C"` : sql`text`
}

/** With an index that holds all that is counted: counting must not read what is sealed. */
const endsOfCredentials: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('connections')
      .addColumn('expires_at', 'bigint', column => column.notNull().defaultTo(0))
      .execute()
    await db.schema
      .createIndex('connections_standing')
      .on('connections')
      .columns(['provider', 'health', 'key_id', 'expires_at'])
      .execute()
  }
}

function notices(engine: Engine): Migration {
  const text = textOf(engine)
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('notices')
        .addColumn('type', text, column => column.notNull())
        .addColumn('provider', text, column => column.notNull())
        .addColumn('instance_id', text, column => column.notNull())
        .addColumn('subject', text, column => column.notNull())
        .addColumn('state', text, column => column.notNull())
        .addPrimaryKeyConstraint('notices_pk', ['type', 'provider', 'instance_id', 'subject'])
        .execute()
      await db.schema.createIndex('notices_by_site').on('notices').columns(['instance_id', 'provider']).execute()
    }
  }
}

function connecting(engine: Engine): Migration {
  const text = textOf(engine)
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('one_uses')
        .addColumn('id', text, column => column.primaryKey())
        .addColumn('ends_at', 'bigint', column => column.notNull())
        .execute()
      await db.schema
        .createTable('origins')
        .addColumn('instance_id', text, column => column.primaryKey())
        .addColumn('origin_instance_id', text, column => column.notNull())
        .execute()
      await db.schema.createIndex('origins_by_origin').on('origins').columns(['origin_instance_id']).execute()
    }
  }
}

/** Whose turn it is to be checked again must be found without reading all. */
const rechecks: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createIndex('connections_by_check')
      .on('connections')
      .columns(['provider', 'checked_at', 'instance_id'])
      .execute()
  }
}

/** Reports in the clear are not taken over: they are fetched anew. */
function sealedReports(engine: Engine): Migration {
  const text = textOf(engine)
  return {
    async up(db: Kysely<unknown>) {
      await db.schema.dropTable('snapshots').execute()
      await db.schema
        .createTable('snapshots')
        .addColumn('provider', text, column => column.notNull())
        .addColumn('instance_id', text, column => column.notNull())
        .addColumn('fingerprint', text, column => column.notNull())
        .addColumn('fetched_at', 'bigint', column => column.notNull())
        .addColumn('key_id', text, column => column.notNull())
        .addColumn('sealed', text, column => column.notNull())
        .addPrimaryKeyConstraint('snapshots_pk', ['provider', 'instance_id'])
        .execute()
      await db.schema.createIndex('snapshots_by_site').on('snapshots').columns(['instance_id', 'provider']).execute()
      await db.schema
        .createIndex('snapshots_by_key')
        .on('snapshots')
        .columns(['key_id', 'provider', 'instance_id'])
        .execute()
    }
  }
}

function removals(engine: Engine): Migration {
  const text = textOf(engine)
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('removals')
        .addColumn('site', text, column => column.primaryKey())
        .addColumn('removed_at', 'bigint', column => column.notNull())
        .execute()
    }
  }
}

function saves(engine: Engine): Migration {
  const text = textOf(engine)
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('saves')
        .addColumn('token', text, column => column.primaryKey())
        .addColumn('instance_id', text, column => column.notNull())
        .addColumn('began_at', 'bigint', column => column.notNull())
        .execute()
      await db.schema.createIndex('saves_by_site').on('saves').columns(['instance_id']).execute()
      await db.schema
        .createTable('write_proof')
        .addColumn('name', text, column => column.primaryKey())
        .addColumn('at', 'bigint', column => column.notNull())
        .execute()
    }
  }
}

function leases(engine: Engine): Migration {
  const text = textOf(engine)
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('leases')
        .addColumn('provider', text, column => column.notNull())
        .addColumn('instance_id', text, column => column.notNull())
        .addColumn('holder', text, column => column.notNull())
        .addColumn('until', 'bigint', column => column.notNull())
        .addPrimaryKeyConstraint('leases_pk', ['provider', 'instance_id'])
        .execute()
      await db.schema.createIndex('leases_by_site').on('leases').columns(['instance_id', 'provider']).execute()
    }
  }
}

function snapshots(engine: Engine): Migration {
  const text = textOf(engine)
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('snapshots')
        .addColumn('provider', text, column => column.notNull())
        .addColumn('instance_id', text, column => column.notNull())
        .addColumn('fingerprint', text, column => column.notNull())
        .addColumn('fetched_at', 'bigint', column => column.notNull())
        .addColumn('report', text, column => column.notNull())
        .addPrimaryKeyConstraint('snapshots_pk', ['provider', 'instance_id'])
        .execute()
      await db.schema.createIndex('snapshots_by_site').on('snapshots').columns(['instance_id', 'provider']).execute()
      await db.schema
        .createTable('marks')
        .addColumn('provider', text, column => column.notNull())
        .addColumn('instance_id', text, column => column.notNull())
        .addColumn('until', 'bigint', column => column.notNull())
        .addColumn('signature', text, column => column.notNull())
        .addColumn('refreshed_at', 'bigint', column => column.notNull())
        .addPrimaryKeyConstraint('marks_pk', ['provider', 'instance_id'])
        .execute()
      await db.schema.createIndex('marks_by_site').on('marks').columns(['instance_id', 'provider']).execute()
      await db.schema
        .createTable('keys')
        .addColumn('name', text, column => column.primaryKey())
        .addColumn('key_id', text, column => column.notNull())
        .addColumn('sealed', text, column => column.notNull())
        .execute()
    }
  }
}

function connections(engine: Engine): Migration {
  const text = textOf(engine)
  const id = engine === 'postgres' ? sql`bigint generated always as identity` : sql`integer`
  return {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('connections')
        .addColumn('provider', text, column => column.notNull())
        .addColumn('instance_id', text, column => column.notNull())
        .addColumn('key_id', text, column => column.notNull())
        .addColumn('sealed', text, column => column.notNull())
        .addColumn('health', text, column => column.notNull())
        .addColumn('finding', text, column => column.notNull())
        .addColumn('checked_at', 'bigint', column => column.notNull())
        .addColumn('created_at', 'bigint', column => column.notNull())
        .addColumn('updated_at', 'bigint', column => column.notNull())
        .addPrimaryKeyConstraint('connections_pk', ['provider', 'instance_id'])
        .execute()
      await db.schema
        .createIndex('connections_by_site')
        .on('connections')
        .columns(['instance_id', 'provider'])
        .execute()
      await db.schema
        .createIndex('connections_by_health')
        .on('connections')
        .columns(['health', 'provider', 'instance_id'])
        .execute()
      await db.schema
        .createIndex('connections_by_key')
        .on('connections')
        .columns(['key_id', 'provider', 'instance_id'])
        .execute()
      await db.schema
        .createTable('audit')
        .addColumn('id', id, column => column.primaryKey())
        .addColumn('at', 'bigint', column => column.notNull())
        .addColumn('actor', text, column => column.notNull())
        .addColumn('action', text, column => column.notNull())
        .addColumn('provider', text, column => column.notNull())
        .addColumn('instance_id', text, column => column.notNull())
        .execute()
      await db.schema.createIndex('audit_by_site').on('audit').columns(['instance_id', 'id']).execute()
    }
  }
}
