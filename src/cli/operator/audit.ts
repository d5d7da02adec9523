import { Command } from 'commander';
import { z } from 'zod';
import { type AuditEventView, auditEventView } from '../../audit/audit-event-view.ts';
import type { CommandContext } from '../command/command-context.ts';
import { connect, type OperatorOptions, show, withOperatorOptions } from '../command/operator-command.ts';
import { formatTable } from '../command/table.ts';

const auditEventPage = z.object({ auditEvents: z.array(auditEventView), cursor: z.string().optional() });

type AuditOptions = OperatorOptions &
  Readonly<Partial<Record<'did' | 'action' | 'target' | 'limit' | 'cursor', string>>>;

/** `latchkey audit`: lists who did what at a running broker. */
export function auditCommand(context: CommandContext): Command {
  return withOperatorOptions(new Command('audit').description('list who did what, newest first'))
    .option('--did <did>', 'about one account')
    .option('--action <action>', 'of one kind, such as session.revoked')
    .option('--target <id>', 'done to one thing')
    .option('--limit <count>', 'at most so many, 50 if not told, up to 200')
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .action(async (options: AuditOptions) => {
      const query = queryOf(options);
      const page = await connect(context, options).call(auditEventPage, 'api/audit-events', { query });
      show(context, options, page, toTable);
    });
}

function queryOf({ did, action, target, limit, cursor }: AuditOptions): Record<string, string> {
  const query = { did, action, targetId: target, limit, cursor };
  const told = Object.entries(query).filter(([, value]) => value !== undefined);
  return Object.fromEntries(told) as Record<string, string>;
}

function toTable({ auditEvents, cursor }: z.infer<typeof auditEventPage>): string {
  const rows = auditEvents.map(event => [
    event.at,
    event.action,
    nameOf(event.actor),
    event.from ?? '-',
    event.did ?? '-',
    nameOf(event.target),
    event.detail ? JSON.stringify(event.detail) : '-',
  ]);
  const table = formatTable(['AT', 'ACTION', 'WHO', 'FROM', 'ACCOUNT', 'WHAT', 'DETAIL'], rows);
  return cursor === undefined ? table : `${table}\nMore: --cursor ${cursor}`;
}

function nameOf({ kind, id }: AuditEventView['actor']): string {
  return id === null ? kind : `${kind} ${id}`;
}
