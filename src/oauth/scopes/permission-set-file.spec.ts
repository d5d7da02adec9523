import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openPermissionSetFile } from './permission-set-file.ts';

const permissions = [{ type: 'permission', resource: 'repo', collection: ['a.b.c'] }];
const set = (id: string, main: object = { type: 'permission-set', permissions }) => ({
  lexicon: 1,
  id,
  defs: { main },
});

describe('a file of permission sets', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'latchkey-sets-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const open = async (text: string) => {
    const file = join(directory, 'sets.json');
    await writeFile(file, text);
    return openPermissionSetFile(file);
  };

  it('contains the sets by their NSIDs', async () => {
    const file = await open(JSON.stringify([set('a.b.one'), set('a.b.two')]));
    expect(file.get('a.b.two')?.permissions).toEqual(permissions);
    expect(file.get('a.b.three')).toBeUndefined();
  });

  it('is empty if none is configured', async () => {
    expect((await openPermissionSetFile(undefined)).get('a.b.one')).toBeUndefined();
  });

  it.each([
    ['{', /is not JSON/],
    ['{}', /not a JSON array of lexicon documents/],
    ['[null]', /entry 1 is not a permission set: the document: /],
    [
      JSON.stringify([set('a.b.one'), set('a.b.c', { type: 'query' })]),
      /entry 2 is not a permission set: defs\.main\.type: /,
    ],
    [JSON.stringify([set('nonsense')]), /entry 1 has an id that is not an NSID: "nonsense"/],
    [JSON.stringify([set('a.b.one'), set('a.b.one')]), /contains a\.b\.one twice; remove one/],
  ])('stops the start of the broker if it is %s', async (text, message) => {
    const opening = open(text);
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toThrow(
      /^these settings need a change:\n {2}LATCHKEY_PERMISSION_SETS_FILE /,
    );
  });

  it('stops the start of the broker if it does not exist', async () => {
    await expect(openPermissionSetFile(join(directory, 'none.json'))).rejects.toThrow(
      /cannot be read: ENOENT/,
    );
  });
});
