import { expect, it } from '@jest/globals';
import { generateClientKey } from './client-key.ts';

it('makes no key whose id a command line would take for an option', async () => {
  const keys = await Promise.all(Array.from({ length: 500 }, generateClientKey));
  expect(keys.map(({ kid }) => kid)).not.toContainEqual(expect.stringMatching(/^-/));
});
