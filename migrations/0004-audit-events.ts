import type { Kysely } from 'kysely';

/** Lists show the newest events first: all, or those of one action, account or target. The sweeper reads the oldest. */
const indexes = {
  audit_event_at: ['at', 'id'],
  audit_event_action: ['action', 'at', 'id'],
  audit_event_did: ['did', 'at', 'id'],
  audit_event_target_id: ['target_id', 'at', 'id'],
} as const;

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('audit_event')
    .addColumn('id', 'text', column => column.primaryKey().notNull())
    .addColumn('at', 'text', column => column.notNull())
    .addColumn('action', 'text', column => column.notNull())
    .addColumn('actor_kind', 'text', column => column.notNull())
    .addColumn('actor_id', 'text')
    .addColumn('did', 'text')
    .addColumn('target_kind', 'text', column => column.notNull())
    .addColumn('target_id', 'text')
    .addColumn('from_address', 'text')
    .addColumn('detail', 'text')
    .execute();
  for (const [name, columns] of Object.entries(indexes)) {
    await db.schema
      .createIndex(name)
      .on('audit_event')
      .columns([...columns])
      .execute();
  }
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await db.schema.dropTable('audit_event').execute();
}
