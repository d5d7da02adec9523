import { Command } from 'commander';
import { z } from 'zod';
import { CommandFailure, exitCodes } from '../command/command-failure.ts';
import type { CommandContext } from '../command/command-context.ts';
import {
  brokerApi,
  formatPage,
  operatorCommand,
  type OperatorOptions,
  printResult,
  toQuery,
  withPageOptions,
} from '../command/operator-command.ts';
import { formatTable } from '../command/table.ts';
import { sessionView, type SessionView } from '../../sessions/operator/session-view.ts';

const sessionPage = z.object({ sessions: z.array(sessionView), cursor: z.string().optional() });
const refreshResult = z.object({ kind: z.string(), error: z.string().optional() });
const validity = z.object({ status: z.string(), reason: z.string().nullable().optional() });

type ListOptions = OperatorOptions & Readonly<Partial<Record<'did' | 'status' | 'limit' | 'cursor', string>>>;

/** `latchkey sessions`: lists, shows, refreshes, validates and revokes sessions of a running broker. */
export function sessionsCommand(context: CommandContext): Command {
  const sessions = new Command('sessions').description('list, show, refresh, validate and revoke sessions');
  const list = operatorCommand(sessions, 'list', 'list sessions');
  withPageOptions(list, { preset: 100, max: 500 })
    .option('--did <did>', 'only sessions of this account')
    .option(
      '--status <status>',
      'only with this status: active, needs_check, needs_reauth, revoking or revoked',
    )
    .action(async ({ did, status, limit, cursor, ...options }: ListOptions) => {
      const page = await brokerApi(context, options).call(sessionPage, 'api/sessions', {
        query: toQuery({ did, status, limit, cursor }),
      });
      printResult(context, options, page, toTable);
    });
  operatorCommand(sessions, 'show <id>', 'show one session').action(
    async (id: string, options: OperatorOptions) => {
      printResult(
        context,
        options,
        await brokerApi(context, options).call(sessionView, pathOf(id)),
        describe,
      );
    },
  );
  operatorCommand(sessions, 'revoke <id>', 'revoke a session, at its issuer too').action(
    async (id: string, options: OperatorOptions) => {
      await brokerApi(context, options).call(z.undefined(), pathOf(id), { method: 'DELETE' });
      printResult(context, options, { id }, () => `${id} is revoked.`);
    },
  );
  operatorCommand(sessions, 'refresh <id>', 'refresh a session now').action(
    async (id: string, options: OperatorOptions) => {
      const api = brokerApi(context, options);
      const result = await api.call(refreshResult, pathOf(id, '/refresh'), { method: 'POST' });
      printResult(context, options, result, ({ kind, error }) => (error ? `${kind}: ${error}` : kind));
      if (result.kind !== 'failed') return;
      const session = await api.call(sessionView, pathOf(id));
      throw new CommandFailure(nextMove(session), exitCodes.failed);
    },
  );
  operatorCommand(sessions, 'validate <id>', 'check at the PDS that a session works').action(
    async (id: string, options: OperatorOptions) => {
      const api = brokerApi(context, options);
      const result = await api.call(validity, pathOf(id, '/validate'), { method: 'POST' });
      printResult(context, options, result, ({ status, reason }) =>
        reason ? `${status}: ${reason}` : status,
      );
    },
  );
  return sessions;
}

/** Says whose move it is after a refresh that failed. */
function nextMove({ id, status, reason }: SessionView): string {
  if (status === 'needs_reauth')
    return `Session ${id} needs its owner (${reason ?? 'unknown reason'}): they sign in again or reconnect the key on the account page. No retry helps.`;
  if (status !== 'active') return `Session ${id} is ${status}.`;
  return `Session ${id} is still active, and the broker retries by itself. The log names the cause.`;
}

function pathOf(id: string, action = ''): string {
  return `api/sessions/${encodeURIComponent(id)}${action}`;
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
  return formatPage(['ID', 'ACCOUNT', 'STATUS', 'PURPOSE', 'REFRESHED', 'TOKEN UNTIL'], rows, cursor);
}

function describe(session: SessionView): string {
  return formatTable(
    ['FIELD', 'VALUE'],
    Object.entries(session).map(([name, value]) => [name, String(value ?? '-')]),
  );
}
