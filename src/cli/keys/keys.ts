import { Command } from 'commander';
import { z } from 'zod';
import { type ApiKeyView, apiKeyView } from '../../api-keys/keys/api-key-view.ts';
import type { CommandContext } from '../command/command-context.ts';
import { createKeyCommand } from './keys-create.ts';
import { connect, operatorCommand, type OperatorOptions, show } from '../command/operator-command.ts';
import { formatTable } from '../command/table.ts';

const keyPage = z.object({ keys: z.array(apiKeyView), cursor: z.string().optional() });

type ListOptions = OperatorOptions & Readonly<Partial<Record<'did' | 'limit' | 'cursor', string>>>;

/** `latchkey keys`: gets an API key from an account's owner; for the operator, looks after those of all. */
export function keysCommand(context: CommandContext): Command {
  const keys = new Command('keys').description('get an API key, and look after keys');
  keys.addCommand(createKeyCommand(context));
  operatorCommand(keys, 'list', 'list keys, as the operator')
    .option('--did <did>', 'of one account')
    .option('--limit <count>', 'at most so many, 100 if not told, up to 500')
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .action(async (options: ListOptions) => {
      const page = await connect(context, options).call(keyPage, 'api/keys', { query: queryOf(options) });
      show(context, options, page, toTable);
    });
  operatorCommand(keys, 'revoke <id>', 'end a key, as the operator').action(
    async (id: string, options: OperatorOptions) => {
      const path = `api/keys/${encodeURIComponent(id)}`;
      await connect(context, options).call(z.undefined(), path, { method: 'DELETE' });
      show(context, options, { id }, () => `${id} is revoked.`);
    },
  );
  return keys;
}

function queryOf({ did, limit, cursor }: ListOptions): Record<string, string> {
  const told = Object.entries({ did, limit, cursor }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(told) as Record<string, string>;
}

function toTable({ keys, cursor }: z.infer<typeof keyPage>): string {
  const rows = keys.map(key => [
    key.id,
    key.start,
    key.did,
    key.status,
    endOf(key) ?? '-',
    key.lastUsedAt ?? '-',
    key.name,
  ]);
  const table = formatTable(['ID', 'START', 'ACCOUNT', 'STATUS', 'ENDS', 'LAST USED', 'NAME'], rows);
  return cursor === undefined ? table : `${table}\nMore: --cursor ${cursor}`;
}

/** When it ends, or has ended. */
function endOf({ revokedAt, expiresAt }: ApiKeyView): string | null {
  return revokedAt ?? expiresAt;
}
