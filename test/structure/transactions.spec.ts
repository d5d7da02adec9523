import { expect, it } from '@jest/globals';
import { sourceFiles } from './source-files.ts';

/** Files whose transactions may be stored twice, with the reason. */
const idempotent: Record<string, string> = {
  'api-keys/keys/api-key.repository.ts': 'Stores times of last use, which may be lost.',
  'cli/operator/migrate.ts': 'Only reads whether an instance runs.',
  'database/home/settle-home.ts':
    'Stores where the database lives. A second run finds what the first one stored.',
  'database/migrator/migration-loss.ts': 'Rolls back what it does.',
  'database/migrator/migrator.ts': 'A migration that is run again finds what was committed.',
  'identity/handles/account-handle.repository.ts':
    'Stores a handle that was verified. Storing it twice is safe.',
  'native-apps/tokens/native-refresh.repository.ts':
    'Stores an answer. It is repeated until the COMMIT is confirmed, and storing twice is safe.',
  'ui-sessions/ui-session.repository.ts': 'Stores when browsers were last seen, which may be lost.',
};

function filesWith(call: string): string[] {
  return sourceFiles.filter(({ text }) => text.includes(call)).map(({ path }) => path);
}

it('every transaction is repeated after a conflict', () => {
  expect(filesWith('.transaction()')).toEqual(['database/connection/settled-transactions.ts']);
});

it('every transaction that decides about a grant or a secret is settled', () => {
  expect(filesWith('.transactIdempotent(')).toEqual(Object.keys(idempotent));
});
