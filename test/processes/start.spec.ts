import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openDatabase } from '../../src/database/connection/open-database.ts';
import { describeDeployments, type Overrides } from './deployment.ts';

const wrongSettings: { what: string; settings: Overrides; names: RegExp }[] = [
  {
    what: 'a name that is none of ours',
    settings: { LATCHKEY_PUBLICURL: 'https://a.example' },
    names: /LATCHKEY_PUBLICURL .*LATCHKEY_PUBLIC_URL/,
  },
  { what: 'an empty value', settings: { LATCHKEY_ADMIN_TOKEN: '' }, names: /LATCHKEY_ADMIN_TOKEN / },
  {
    what: 'plain http for the world',
    settings: { LATCHKEY_LISTEN: '0.0.0.0:8787' },
    names: /LATCHKEY_LISTEN .*LATCHKEY_PUBLIC_URL/,
  },
  {
    what: 'two settings that contradict each other',
    settings: { LATCHKEY_COOKIE_DOMAIN: 'example.net' },
    names: /LATCHKEY_COOKIE_DOMAIN .*LATCHKEY_PUBLIC_URL/,
  },
];

describeDeployments(
  'a broker with wrong settings',
  deployment => {
    it.each(wrongSettings)(
      'does not start, and says which one to change: $what',
      async ({ settings, names }) => {
        const { code, message } = await deployment().refusal(settings);
        expect(code).toBe(1);
        expect(message).toMatch(/^Latchkey cannot start: these settings need a change:\n {2}LATCHKEY_.*$/);
        expect(message).toMatch(names);
      },
    );

    it('reports all of them at once, and never repeats a secret', async () => {
      const secret = 'too-short-a-secret';
      const settings = { LATCHKEY_ADMIN_TOKEN: secret, LATCHKEY_ENCRYPTION_KEYS: secret, LATCHKEY_X: secret };
      const { message } = await deployment().refusal(settings);
      for (const name of Object.keys(settings)) expect(message).toContain(`\n  ${name} `);
      expect(message).not.toContain(secret);
    });
  },
  'sqlite',
);

describeDeployments(
  'a broker whose address is taken',
  deployment => {
    it('exits with one line that says so, and releases the database', async () => {
      const server = createServer(socket => socket.destroy()).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      try {
        const settings = { LATCHKEY_LISTEN: address, LATCHKEY_PUBLIC_URL: `http://${address}` };
        expect(await deployment().refusal(settings)).toEqual({
          code: 1,
          message: `Latchkey cannot start: The broker cannot listen on ${address} (another process uses it). Free the address, or set LATCHKEY_LISTEN to another one.`,
        });
      } finally {
        server.close();
      }
      await deployment().start();
    });
  },
  'sqlite',
);

describeDeployments(
  'a second broker on one SQLite file',
  deployment => {
    it('is refused in one line, while the first keeps running', async () => {
      const first = await deployment().start();
      const { database } = deployment();
      const path = database.kind === 'sqlite' ? database.path : '';
      const other = { LATCHKEY_LISTEN: '127.0.0.1:1', LATCHKEY_PUBLIC_URL: 'http://127.0.0.1:1' };
      const { code, message } = await deployment().refusal(other);
      expect(code).toBe(1);
      expect(message).toBe(
        `Latchkey cannot start: Another Latchkey process has ${path} open. Stop it first, or give this one a file of its own (LATCHKEY_DATABASE_URL).`,
      );
      expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
    });
  },
  'sqlite',
);

describeDeployments('a database that is newer than the program', deployment => {
  it('is not changed', async () => {
    await (await deployment().start()).stop();
    const database = await openDatabase(deployment().database);
    await sql`insert into schema_migration (name, timestamp) values ('9999-later', '2099-01-01T00:00:00.000Z')`.execute(
      database,
    );
    await database.destroy();
    const { code, message } = await deployment().refusal();
    expect(code).toBe(1);
    expect(message).toMatch(
      /^Latchkey cannot start: The database is newer than this program: it has the migration 9999-later\. Start the newer Latchkey again, or migrate down with it first\.$/,
    );
  });
});
