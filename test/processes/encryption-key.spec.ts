import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { type Deployment, describeDeployments } from './deployment.ts';

const generated = { LATCHKEY_ENCRYPTION_KEYS: undefined };

describeDeployments('the encryption key', deployment => {
  it('is required if the database was sealed with another one', async () => {
    await (await deployment().start()).stop();
    const other = randomBytes(32).toString('base64');
    const { code, message } = await deployment().refusal({ LATCHKEY_ENCRYPTION_KEYS: other });
    expect(code).toBe(1);
    expect(message).toMatch(
      /^Latchkey cannot start: The database holds rows sealed with the encryption key [0-9a-f]{16}, which is not in LATCHKEY_ENCRYPTION_KEYS\. Put it back .*$/,
    );
    expect(message).not.toContain(other);

    // The key of an answer on disk is required too, by the name of the file.
    const spool = join(await mkdtemp(join(tmpdir(), 'latchkey-spool-')), 'spool');
    const file = join(spool, '1', 'session.attempt.answer');
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '1.0123456789abcdef.x');
    expect(await deployment().refusal({ LATCHKEY_SPOOL_DIR: spool })).toEqual({
      code: 1,
      message: `Latchkey cannot start: The answer ${file} is sealed with the encryption key 0123456789abcdef, which is not in LATCHKEY_ENCRYPTION_KEYS. Put it back until the broker has stored the answer.`,
    });
    await rm(spool, { recursive: true });

    const both = `${other},${deployment().settings.LATCHKEY_ENCRYPTION_KEYS ?? ''}`;
    await deployment().start({ LATCHKEY_ENCRYPTION_KEYS: both });
  });
});

describeDeployments(
  'the file of the encryption key',
  deployment => {
    it('is created beside the database for its owner alone, and used from then on', async () => {
      await (await deployment().start(generated)).stop();
      const file = keyFileOf(deployment());
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      const key = await readFile(file, 'utf8');
      await (await deployment().start(generated)).stop();
      expect(await readFile(file, 'utf8')).toBe(key);
    });

    it('is required if it is missing, and not created again', async () => {
      await (await deployment().start(generated)).stop();
      const file = keyFileOf(deployment());
      await rm(file);
      expect(await deployment().refusal(generated)).toEqual({
        code: 1,
        message: `Latchkey cannot start: The encryption key of this database is missing: restore ${file} from a backup.`,
      });
      expect(existsSync(file)).toBe(false);
    });

    it.each(['', 'hello\n', `${randomBytes(31).toString('base64')}\n`])(
      'is refused with the content %j',
      async content => {
        const file = keyFileOf(deployment());
        await writeFile(file, content);
        expect(await deployment().refusal(generated)).toEqual({
          code: 1,
          message: `Latchkey cannot start: ${file} does not hold an encryption key (32 bytes as base64). Restore it from a backup.`,
        });
        expect(await readFile(file, 'utf8')).toBe(content);
      },
    );
  },
  'sqlite',
);

function keyFileOf({ database }: Deployment): string {
  if (database.kind !== 'sqlite') throw new Error('only a SQLite file has a key beside it');
  return join(dirname(database.path), 'encryption.key');
}
