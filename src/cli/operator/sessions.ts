import { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../command/command-context.ts';
import { connect, operatorCommand, type OperatorOptions, show } from '../command/operator-command.ts';
import { formatTable } from '../command/table.ts';
import { sessionView, type SessionView } from '../../sessions/operator/session-view.ts';

const sessionPage = z.object({ sessions: z.array(sessionView), cursor: z.string().optional() });
const refreshResult = z.object({ kind: z.string(), error: z.string().optional() });
const validity = z.object({ status: z.string(), reason: z.string().nullable().optional() });

type ListOptions = OperatorOptions & Readonly<Partial<Record<'did' | 'status' | 'limit' | 'cursor', string>>>;

/** `latchkey sessions`: looks after the sessions of a running broker. */
export function sessionsCommand(context: CommandContext): Command {
  const sessions = new Command('sessions').description('look at sessions, and look after them');
  operatorCommand(sessions, 'list', 'list sessions')
    .option('--did <did>', 'of one account')
    .option('--status <status>', 'active, needs_reauth, revoking or revoked')
    .option('--limit <count>', 'at most so many, 100 if not told, up to 500')
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .action(async (options: ListOptions) => {
      const page = await connect(context, options).call(sessionPage, 'api/sessions', {
        query: queryOf(options),
      });
      show(context, options, page, toTable);
    });
  operatorCommand(sessions, 'show <id>', 'show one session').action(
    async (id: string, options: OperatorOptions) => {
      show(context, options, await connect(context, options).call(sessionView, pathOf(id)), describe);
    },
  );
  operatorCommand(sessions, 'revoke <id>', 'end a session, at its issuer too').action(
    async (id: string, options: OperatorOptions) => {
      await connect(context, options).call(z.undefined(), pathOf(id), { method: 'DELETE' });
      show(context, options, { id }, () => `${id} is ended.`);
    },
  );
  operatorCommand(sessions, 'refresh <id>', 'refresh a session now').action(
    async (id: string, options: OperatorOptions) => {
      const api = connect(context, options);
      const answer = await api.call(refreshResult, pathOf(id, '/refresh'), { method: 'POST' });
      show(context, options, answer, ({ kind, error }) => (error ? `${kind}: ${error}` : kind));
    },
  );
  operatorCommand(sessions, 'validate <id>', 'ask the PDS whether a session works').action(
    async (id: string, options: OperatorOptions) => {
      const api = connect(context, options);
      const answer = await api.call(validity, pathOf(id, '/validate'), { method: 'POST' });
      show(context, options, answer, ({ status, reason }) => (reason ? `${status}: ${reason}` : status));
    },
  );
  return sessions;
}

function pathOf(id: string, action = ''): string {
  return `api/sessions/${encodeURIComponent(id)}${action}`;
}

function queryOf({ did, status, limit, cursor }: ListOptions): Record<string, string> {
  const told = Object.entries({ did, status, limit, cursor }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(told) as Record<string, string>;
}

function toTable({ sessions, cursor }: z.infer<typeof sessionPage>): string {
  const rows = sessions.map(session => [
    session.id,
    session.handle ?? session.did,
    session.reason ? `${session.status} (${session.reason})` : session.status,
    session.purpose,
    session.refreshedAt,
    session.accessExpiresAt,
  ]);
  const table = formatTable(['ID', 'ACCOUNT', 'STATUS', 'PURPOSE', 'REFRESHED', 'TOKEN UNTIL'], rows);
  return cursor === undefined ? table : `${table}\nMore: --cursor ${cursor}`;
}

function describe(session: SessionView): string {
  return formatTable(
    ['FIELD', 'VALUE'],
    Object.entries(session).map(([name, value]) => [name, String(value ?? '-')]),
  );
}
