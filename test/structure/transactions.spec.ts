import { expect, it } from '@jest/globals';
import { sourceFiles } from './source-files.ts';

/** Files with a transaction whose COMMIT is not settled, with the reason. */
const unsettled: Record<string, string> = {
  'api-keys/keys/api-key.repository.ts': 'Stores times of last use, which may be lost.',
  'database/connection/settled-transactions.ts': 'Settles the transactions of all others.',
  'database/migrator/migrator.ts': 'A migration that is run again finds what was committed.',
  'native-apps/tokens/native-refresh.repository.ts':
    'Stores an answer. It is repeated until the COMMIT is confirmed, and storing twice is safe.',
  'ui-sessions/ui-session.repository.ts': 'Stores when browsers were last seen, which may be lost.',
};

it('every transaction that decides about a grant or a secret is settled', () => {
  const files = sourceFiles.filter(({ text }) => text.includes('.transaction()')).map(({ path }) => path);
  expect(files).toEqual(Object.keys(unsettled));
});
