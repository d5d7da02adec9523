import { expect, it } from '@jest/globals';
import { runLatchkey } from '../broker/latchkey-command.ts';
import { accountOf, describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { freePorts } from '../network/free-ports.ts';
import { listKeys, publishAged } from './operator.ts';

describeBroker('the latchkey command', suite, { confidential: true });

function suite(broker: () => TestBroker): void {
  const latchkey = (...args: string[]): Promise<string> => runLatchkey(broker(), ...args);

  it('lists the keys, publishes one, and prints when it may sign', async () => {
    const [first] = await listKeys(broker());
    const table = await latchkey('client-keys', 'list');
    expect(table).toMatch(/^KID +STATUS +SESSIONS +IN JWKS +PUBLISHED +ACTIVE +RETIRED\n/);
    expect(table).toMatch(new RegExp(`\\n${first?.kid ?? ''} +active, signs +0 +yes +\\S+Z +\\S+Z +-$`));
    expect(await latchkey('client-keys', 'publish', '--dry-run')).toMatch(
      /^A new key would be published\. No/,
    );
    expect(await listKeys(broker())).toHaveLength(1);
    expect(await latchkey('client-keys', 'publish')).toMatch(
      /^\S{43} was published\.\nSessions .*: 0\.\nYou can activate it from \S+Z\.$/,
    );
    expect(await listKeys(broker())).toHaveLength(2);
  });

  it('activates and retires keys', async () => {
    const [first] = (await listKeys(broker())).filter(({ signing }) => signing);
    const kid = await publishAged(broker(), 20);
    await expect(latchkey('client-keys', 'retire', first?.kid ?? '')).rejects.toThrow(/^LastActiveKey: /);
    expect(await latchkey('client-keys', 'activate', kid)).toContain(`${kid} was activated.`);
    const retired = await latchkey('client-keys', 'retire', first?.kid ?? '', '--json');
    expect(JSON.parse(retired)).toMatchObject({ changed: true, key: { kid: first?.kid, status: 'retired' } });
    expect(await latchkey('client-keys', 'retire', first?.kid ?? '')).toContain('is already retired');
    await expect(latchkey('client-keys', 'activate', 'none')).rejects.toThrow(/^NotFound: /);
  });

  it('lists, shows, refreshes, validates and revokes sessions', async () => {
    const alice = accountOf(broker(), 'alice.test');
    await broker().browser().login(alice.handle, alice);
    const page = JSON.parse(await latchkey('sessions', 'list', '--did', alice.did, '--json')) as {
      sessions: { id: string }[];
    };
    const id = page.sessions[0]?.id ?? '';
    expect(await latchkey('sessions', 'list')).toMatch(
      new RegExp(`\\n${id} +alice.test +active +ui +\\S+Z +\\S+Z$`),
    );
    expect(await latchkey('sessions', 'show', id)).toMatch(/\ngeneration +1\n/);
    expect(await latchkey('sessions', 'refresh', id)).toBe('refreshed');
    expect(await latchkey('sessions', 'validate', id)).toBe('active');
    expect(await latchkey('sessions', 'revoke', id)).toBe(`${id} is revoked.`);
    expect(await latchkey('sessions', 'list', '--status', 'revoked')).toContain(id);
    await expect(latchkey('sessions', 'list', '--status', 'lost')).rejects.toThrow(
      /^InvalidRequest: --status must/,
    );
  });

  it('reports a problem in one line', async () => {
    const { url, secrets } = broker();
    const list = (broker: string, token: string | undefined): Promise<string> =>
      runLatchkey({ url: broker, secrets: { adminToken: token } }, 'client-keys', 'list');
    const [closed = 0] = await freePorts(1);
    await expect(list(`http://127.0.0.1:${closed}`, secrets.adminToken)).rejects.toThrow(
      /^The broker at \S+ can't be reached \(ECONNREFUSED\)\. Check that it runs .*$/,
    );
    await expect(list(url, 'x'.repeat(24) + 'abcdefghij')).rejects.toThrow(
      /refused the token\. Set LATCHKEY_ADMIN/,
    );
    await expect(list(url, undefined)).rejects.toThrow('LATCHKEY_ADMIN_TOKEN is not set');
    await expect(list('http://latchkey.example', secrets.adminToken)).rejects.toThrow('must be an https URL');
    await expect(list(broker().network.pds, secrets.adminToken)).rejects.toThrow('is not a Latchkey broker');
  });
}
