import { Command } from 'commander';
import { z } from 'zod';
import { type AuditEventView, auditEventView } from '../../audit/audit-event-view.ts';
import type { CommandContext } from '../command/command-context.ts';
import {
  brokerApi,
  formatPage,
  type OperatorOptions,
  printResult,
  toQuery,
  withOperatorOptions,
  withPageOptions,
} from '../command/operator-command.ts';

const auditEventPage = z.object({ auditEvents: z.array(auditEventView), cursor: z.string().optional() });

type AuditOptions = OperatorOptions &
  Readonly<Partial<Record<'did' | 'action' | 'target' | 'limit' | 'cursor', string>>>;

/** `latchkey audit`: lists the audit events of a running broker. */
export function auditCommand(context: CommandContext): Command {
  const audit = new Command('audit').description('list audit events, newest first');
  return withPageOptions(withOperatorOptions(audit), { preset: 50, max: 200 })
    .option('--did <did>', 'only events about this account')
    .option('--action <action>', 'only events of this kind, such as session.revoked')
    .option('--target <id>', 'only events that changed the thing with this id')
    .action(async ({ did, action, target, limit, cursor, ...options }: AuditOptions) => {
      const query = toQuery({ did, action, targetId: target, limit, cursor });
      const page = await brokerApi(context, options).call(auditEventPage, 'api/audit-events', { query });
      printResult(context, options, page, toTable);
    });
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
  return formatPage(['AT', 'ACTION', 'WHO', 'FROM', 'ACCOUNT', 'WHAT', 'DETAIL'], rows, cursor);
}

function nameOf({ kind, id }: AuditEventView['actor']): string {
  return id === null ? kind : `${kind} ${id}`;
}
