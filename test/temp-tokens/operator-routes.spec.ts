import { beforeEach, expect, it } from '@jest/globals';
import { KEY_REQUEST_SCOPE } from '../../src/api-keys/requests/rules/key-request-scope.ts';
import { listEvents } from '../audit/events.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';
import { until } from '../until.ts';
import { operate, type OperatorAnswer } from '../sessions/operate.ts';
import { claimThing, readThing, ThingsModule } from './things.ts';

const minting = { scope: 'read-thing', resource: 'thing-1', ttlSeconds: 60 };
const operator = { kind: 'operator', id: null };

describeBroker('the operator, about temp tokens', suite, {
  modules: [ThingsModule],
  settings: { LATCHKEY_TEMP_TOKENS_PER_RESOURCE: '2', LATCHKEY_LIMIT_PER_CREDENTIAL: '3' },
});

function suite(broker: () => TestBroker): void {
  const ask = (line: string, body?: object): Promise<OperatorAnswer> =>
    operate(broker(), line, body && JSON.stringify(body));
  const mint = (change: object = {}) => ask('POST /api/temp-tokens', { ...minting, ...change });
  const statusWith = async (token: unknown, path = '/things/thing-1'): Promise<number> => {
    const headers = { authorization: `Bearer ${String(token)}` };
    return (await exchange(new URL(path, broker().url), { headers })).status;
  };
  beforeEach(async () => {
    for (const table of ['temp_token', 'audit_event'] as const)
      await broker().database.deleteFrom(table).execute();
  });

  it('lists the scopes', async () => {
    const { status, body } = await ask('GET /api/temp-tokens/scopes');
    const scopes = body.scopes as { name: string }[];
    expect([status, scopes.sort((a, b) => a.name.localeCompare(b.name))]).toEqual([
      200,
      [claimThing, KEY_REQUEST_SCOPE, readThing],
    ]);
  });

  it('mints a token that is valid for its scope and resource, and is audited', async () => {
    const { status, body } = await mint();
    expect([status, Object.keys(body)]).toEqual([200, ['id', 'token', 'expiresAt']]);
    expect(await statusWith(body.token)).toBe(200);
    expect(await statusWith(body.token, '/things/thing-2')).toBe(401);
    expect((await listEvents(broker(), { action: 'temp-token.minted' })).auditEvents).toMatchObject([
      {
        actor: operator,
        target: { kind: 'temp-token', id: body.id },
        from: '127.0.0.1',
        detail: { scope: 'read-thing', resource: 'thing-1', ttlSeconds: 60 },
      },
    ]);
  });

  it.each([
    [{ scope: undefined }, 'InvalidRequest', 'scope'],
    [{ scope: 7 }, 'InvalidRequest', 'scope'],
    [{ scope: 'unheard-of' }, 'UnknownScope', 'scope'],
    [{ resource: undefined }, 'InvalidRequest', 'resource'],
    [{ resource: '../thing' }, 'InvalidResource', 'resource'],
    [{ ttlSeconds: undefined }, 'InvalidRequest', 'ttlSeconds'],
    [{ ttlSeconds: '60' }, 'InvalidRequest', 'ttlSeconds'],
    [{ ttlSeconds: 1.5 }, 'InvalidRequest', 'ttlSeconds'],
    [{ ttlSeconds: 0 }, 'InvalidLifetime', 'ttlSeconds'],
    [{ ttlSeconds: 601 }, 'InvalidLifetime', 'ttlSeconds'],
  ])('learns which field is wrong: %j', async (change, error, field) => {
    const message = expect.stringMatching(`^${field} `);
    expect(await mint(change)).toEqual({ status: 400, body: { error, message } });
  });

  it('gets no more live tokens than the limit', async () => {
    for (let count = 0; count < 2; count++) expect((await mint()).status).toBe(200);
    expect(await mint()).toMatchObject({ status: 409, body: { error: 'TooManyTempTokens' } });
    expect((await mint({ resource: 'thing-2' })).status).toBe(200);
  });

  it('revokes one, or all of a resource, and learns how many', async () => {
    const [one, two] = [(await mint()).body, (await mint()).body];
    const other = (await mint({ resource: 'thing-2' })).body;
    const deletion = `DELETE /api/temp-tokens/${String(one.id)}`;
    expect(await ask(deletion)).toEqual({ status: 200, body: { deleted: 1 } });
    expect(await ask(deletion)).toEqual({ status: 200, body: { deleted: 0 } });
    expect(await statusWith(one.token)).toBe(401);
    expect(await statusWith(two.token)).toBe(200);
    const ofResource = 'DELETE /api/temp-tokens?scope=read-thing&resource=thing-1';
    expect(await ask(ofResource)).toEqual({ status: 200, body: { deleted: 1 } });
    expect(await ask(ofResource)).toEqual({ status: 200, body: { deleted: 0 } });
    expect(await statusWith(two.token)).toBe(401);
    expect(await statusWith(other.token, '/things/thing-2')).toBe(200);
    expect((await listEvents(broker(), { action: 'temp-token.deleted' })).auditEvents).toMatchObject([
      { actor: operator, target: { id: null }, detail: { resource: 'thing-1', deleted: 1 } },
      { actor: operator, target: { id: one.id }, detail: null },
    ]);
  });

  it.each(['', '?scope=read-thing', '?resource=thing-1', '?scope=&resource=thing-1'])(
    'revokes nothing without a resource: %j',
    async query => {
      await mint();
      const refused = await ask(`DELETE /api/temp-tokens${query}`);
      expect(refused).toMatchObject({ status: 400, body: { error: 'InvalidRequest' } });
      expect(await broker().database.selectFrom('temp_token').select('id').execute()).toHaveLength(1);
    },
  );

  it('reads why tokens were refused, but never a token', async () => {
    const { id, token } = (await mint()).body;
    expect(await statusWith(token, '/things/thing-2')).toBe(401);
    expect(await statusWith(`cktmp_${'a'.repeat(43)}`)).toBe(401);
    const refusals = async () => (await listEvents(broker(), { action: 'temp-token.refused' })).auditEvents;
    await until('both refusals are in the audit log', refusals, ([, second]) => second?.target.id === id);
    const events = await refusals();
    expect(events.slice(0, 2)).toMatchObject([
      { target: { kind: 'temp-token', id: null }, detail: { reason: 'not_found', route: '/things/:thing' } },
      {
        actor: { kind: 'anonymous', id: null },
        target: { kind: 'temp-token', id },
        from: '127.0.0.1',
        detail: { reason: 'route_not_allowed', scope: 'read-thing', resource: 'thing-1', method: 'GET' },
      },
    ]);
    expect(JSON.stringify(events)).not.toContain('cktmp_');
  });

  it('is limited as with every credential', async () => {
    const { token } = (await mint()).body;
    const other = (await mint()).body;
    for (const status of [200, 200, 200, 429]) expect(await statusWith(token)).toBe(status);
    expect(await statusWith(other.token)).toBe(200);
  });
}
