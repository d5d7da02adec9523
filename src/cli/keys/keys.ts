import { Command } from 'commander';
import { z } from 'zod';
import { type ApiKeyView, apiKeyView } from '../../api-keys/keys/api-key-view.ts';
import type { CommandContext } from '../command/command-context.ts';
import { createKeyCommand } from './keys-create.ts';
import {
  brokerApi,
  formatPage,
  operatorCommand,
  type OperatorOptions,
  printResult,
  toQuery,
  withPageOptions,
} from '../command/operator-command.ts';

const keyPage = z.object({ keys: z.array(apiKeyView), cursor: z.string().optional() });

type ListOptions = OperatorOptions & Readonly<Partial<Record<'did' | 'limit' | 'cursor', string>>>;

/** `latchkey keys`: requests an API key from an account's owner. The operator also lists and revokes keys. */
export function keysCommand(context: CommandContext): Command {
  const keys = new Command('keys').description('request an API key, list and revoke keys');
  keys.addCommand(createKeyCommand(context));
  const list = operatorCommand(keys, 'list', 'list keys, as the operator');
  withPageOptions(list, { preset: 100, max: 500 })
    .option('--did <did>', 'only keys of this account')
    .action(async ({ did, limit, cursor, ...options }: ListOptions) => {
      const page = await brokerApi(context, options).call(keyPage, 'api/keys', {
        query: toQuery({ did, limit, cursor }),
      });
      printResult(context, options, page, toTable);
    });
  operatorCommand(keys, 'revoke <id>', 'revoke a key, as the operator').action(
    async (id: string, options: OperatorOptions) => {
      const path = `api/keys/${encodeURIComponent(id)}`;
      await brokerApi(context, options).call(z.undefined(), path, { method: 'DELETE' });
      printResult(context, options, { id }, () => `${id} is revoked.`);
    },
  );
  return keys;
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
  return formatPage(['ID', 'START', 'ACCOUNT', 'STATUS', 'ENDS', 'LAST USED', 'NAME'], rows, cursor);
}

/** Returns when the key ended, needs its owner or ends, or null if it has no end. */
function endOf({ revokedAt, needsOwnerBy, expiresAt }: ApiKeyView): string | null {
  return revokedAt ?? needsOwnerBy ?? expiresAt;
}
