import { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from './command-context.ts';
import { connect, operatorCommand, type OperatorOptions, show } from './operator-options.ts';
import { formatTable } from './table.ts';
import { type ClientKeyView, clientKeyView } from '../oauth/client-key-view.ts';

const keyList = z.object({ clientKeys: z.array(clientKeyView) });

const stepResult = z.object({
  dryRun: z.boolean(),
  changed: z.boolean(),
  sessions: z.int(),
  key: clientKeyView.nullable(),
});

type StepResult = z.infer<typeof stepResult>;
type StepOptions = OperatorOptions & { readonly dryRun?: true };

/** `latchkey client-keys`: lists the keys of the OAuth client, and changes them one step at a time. */
export function clientKeysCommand(context: CommandContext): Command {
  const keys = new Command('client-keys').description("look at the OAuth client's keys, and change them");
  operatorCommand(keys, 'list', 'list the keys').action(async (options: OperatorOptions) => {
    const answer = await connect(context, options).call(keyList, 'api/client-keys');
    show(context, options, answer, ({ clientKeys }) => toTable(clientKeys));
  });

  const take = async (path: string, options: StepOptions, verb: string): Promise<void> => {
    const query = options.dryRun ? { dryRun: 'true' } : {};
    const answer = await connect(context, options).call(stepResult, path, { method: 'POST', query });
    show(context, options, answer, result => describe(result, verb));
  };
  stepCommand(keys, 'publish', 'make a key and show it to issuers; it does not sign yet').action(
    (options: StepOptions) => take('api/client-keys', options, 'published'),
  );
  stepCommand(
    keys,
    'activate <kid>',
    'let new sessions begin with a key, 20 minutes after it was published',
  ).action((kid: string, options: StepOptions) => take(pathOf(kid, 'activate'), options, 'activated'));
  stepCommand(keys, 'retire <kid>', 'let no session begin with a key any more').action(
    (kid: string, options: StepOptions) => take(pathOf(kid, 'retire'), options, 'retired'),
  );
  return keys;
}

function stepCommand(parent: Command, usage: string, description: string): Command {
  return operatorCommand(parent, usage, description).option('--dry-run', 'only tell what would happen');
}

function pathOf(kid: string, step: string): string {
  return `api/client-keys/${encodeURIComponent(kid)}/${step}`;
}

function toTable(keys: readonly ClientKeyView[]): string {
  if (keys.length === 0) return 'There are no client keys: the broker is a public client.';
  const rows = keys.map(key => [
    key.kid,
    key.signing ? `${key.status}, signs` : key.status,
    String(key.sessions),
    key.inJwks ? 'yes' : 'no',
    key.publishedAt,
    key.activeAt ?? (key.status === 'published' ? `from ${key.activatableFrom}` : '-'),
    key.retiredAt ?? '-',
  ]);
  return formatTable(['KID', 'STATUS', 'SESSIONS', 'IN JWKS', 'PUBLISHED', 'ACTIVE', 'RETIRED'], rows);
}

function describe({ dryRun, changed, sessions, key }: StepResult, verb: string): string {
  const name = key?.kid ?? 'A new key';
  if (!changed) return `${name} is ${verb} already; nothing changed.`;
  const done = dryRun ? `${name} would be ${verb}; nothing was changed.` : `${name} was ${verb}.`;
  const held = `Sessions that began with it, and go on with it: ${sessions}.`;
  const isWaiting = !dryRun && key?.status === 'published';
  return [done, held, ...(isWaiting ? [`It may be activated from ${key.activatableFrom} on.`] : [])].join(
    '\n',
  );
}
