import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { DEFAULT_KEY_SCOPE } from '../../src/config/values/key-scope.ts';

it('docs/scopes.md lists the default of LATCHKEY_KEY_SCOPE', () => {
  const page = readFileSync(new URL('../../docs/scopes.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `((?:transition|repo|blob|rpc):[^`]+)`/gm)].map(([, part]) => part);
  expect(listed).toEqual(DEFAULT_KEY_SCOPE);
});
