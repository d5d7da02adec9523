import { beforeEach, describe, expect, it } from '@jest/globals';
import { callWith, issueKey } from '../broker/issued-key.ts';
import { storeSession } from '../broker/stored-session.ts';
import { describeStubPds } from '../xrpc/describe-stub-pds.ts';
import { askedOf, callerWith, countMints, mintAsAsked, newCaller, type TokenAnswer } from './caller.ts';

const aud = 'did:web:api.example.com#registry';
const lxm = 'com.example.push';
const getServiceAuth = '/xrpc/com.atproto.server.getServiceAuth';

/** Both routes, which follow the same rules. */
const ways = ['POST /api/service-tokens', 'getServiceAuth'] as const;

describeStubPds('service tokens are refused', place => {
  beforeEach(() => {
    place().pds.answer = mintAsAsked;
  });

  const askAs = async (scope: string, way: string, asked: Record<string, string>): Promise<TokenAnswer> => {
    const caller = await newCaller(place().broker, place().pds.origin, { scope });
    const query = new URLSearchParams(asked).toString();
    return way === 'getServiceAuth' ? caller.call(`GET ${getServiceAuth}?${query}`) : caller.ask(asked);
  };

  describe.each(ways)('by %s', way => {
    it.each([
      ['com.atproto.server.deleteAccount'],
      ['com.atproto.server.createappPASSWORD'],
      ['com.atproto.server.getServiceAuth'],
      ['com.atproto.identity.signPlcOperation'],
      ['com.atproto.identity.updateHandle'],
      ['com.atproto.admin.notYetInvented'],
      ['com.atproto.server.getSession'],
    ])('for %s, which concerns the account itself', async method => {
      const answer = await askAs('atproto transition:generic', way, { aud, lxm: method });
      expect(answer).toMatchObject({ status: 403, error: 'ProtectedMethod' });
      expect(countMints(place().pds)).toBe(0);
    });

    it.each([
      ['atproto', `rpc:${lxm}?aud=did:web:api.example.com%23registry`],
      ['atproto rpc:com.example.pull?aud=*', `rpc:${lxm}?aud=did:web:api.example.com%23registry`],
    ])('if only %s was granted, and the error names the missing scope', async (scope, needed) => {
      const answer = await askAs(scope, way, { aud, lxm });
      expect(answer).toMatchObject({ status: 403, error: 'ScopeMissing', scope: needed });
      expect(answer.message).toContain(needed);
      expect(countMints(place().pds)).toBe(0);
      expect(await askAs(`${scope} ${needed}`, way, { aud, lxm })).toMatchObject({ status: 200 });
    });

    it('without a method', async () => {
      const answer = await askAs('atproto transition:generic', way, { aud });
      expect(answer).toMatchObject({ status: 400, error: 'InvalidRequest' });
      expect(answer.message).toMatch(/^lxm is missing/);
    });

    it.each([
      ['aud', { aud: 'alice.example.com', lxm }],
      ['aud', { aud: 'did:key:zQ3sh', lxm }],
      ['aud', { aud: 'did:web:a.example#', lxm }],
      ['aud', { aud: `did:web:${'a'.repeat(600)}.example`, lxm }],
      ['aud', { lxm }],
      ['lxm', { aud, lxm: 'push' }],
      ['lxm', { aud, lxm: '*' }],
      ['lxm', { aud, lxm: '' }],
    ])('for a bad %s: %j', async (field, asked) => {
      const answer = await askAs('atproto transition:generic', way, asked);
      expect(answer).toMatchObject({ status: 400, error: 'InvalidRequest' });
      expect(answer.message).toMatch(new RegExp(`^${field} `));
      expect(countMints(place().pds)).toBe(0);
    });
  });

  it.each([
    ['expiresIn', { expiresIn: 0 }],
    ['expiresIn', { expiresIn: 3_601 }],
    ['expiresIn', { expiresIn: 1.5 }],
    ['expiresIn', { expiresIn: '60' }],
    ['minValiditySeconds', { minValiditySeconds: -1 }],
    ['minValiditySeconds', { minValiditySeconds: 51 }],
    ['minValiditySeconds', { expiresIn: 600, minValiditySeconds: 591 }],
    ['fresh', { fresh: 'yes' }],
  ])('for a bad %s: %j', async (field, extra) => {
    const caller = await newCaller(place().broker, place().pds.origin);
    const answer = await caller.ask({ aud, lxm, ...extra });
    expect(answer).toMatchObject({ status: 400, error: 'InvalidRequest' });
    expect(answer.message).toMatch(new RegExp(`^${field} `));
  });

  it.each([[[]], ['text'], [null], [17]])('for a body that is %j', async body => {
    const caller = await newCaller(place().broker, place().pds.origin);
    expect(await caller.ask(body)).toMatchObject({ status: 400, error: 'InvalidRequest' });
  });

  it('when a bad audience, a bad method or an unknown field is to be forgotten', async () => {
    const caller = await newCaller(place().broker, place().pds.origin);
    for (const query of [
      'aud=alice',
      'lxm=push',
      'audience=did:web:a.example',
      `aud=${encodeURIComponent(aud)}&aud=x`,
    ])
      expect(await caller.call(`DELETE /api/service-tokens?${query}`)).toMatchObject({ status: 400 });
  });

  it('with the error of the PDS, and are retried after its Retry-After', async () => {
    const { pds, broker } = place();
    const caller = await newCaller(broker, pds.origin);
    pds.answer = response =>
      response.writeHead(400).end('{"error":"InvalidRequest","message":"insufficient access"}');
    expect(await caller.ask({ aud, lxm })).toMatchObject({
      status: 403,
      error: 'ServiceTokenRefused',
      message: expect.stringMatching(/: insufficient access$/),
    });
    pds.answer = response => response.writeHead(429, { 'retry-after': '7' }).end();
    expect(await caller.ask({ aud, lxm })).toMatchObject({ status: 429, error: 'TooManyRequests' });
    pds.answer = response => response.writeHead(403).end('{"error":"ScopeMissingError","message":"no"}');
    expect(await caller.ask({ aud, lxm })).toMatchObject({ status: 403, error: 'ScopeMissing' });
  });

  it('to a page of another site, and to a caller without a credential', async () => {
    const { pds, broker } = place();
    const { headers } = await newCaller(broker, pds.origin);
    const foreign = callerWith(broker, { ...headers, origin: 'https://evil.example' });
    expect(await foreign.ask({ aud, lxm })).toMatchObject({ status: 403, error: 'CrossSiteRequest' });
    expect(await callerWith(broker, {}).ask({ aud, lxm })).toMatchObject({ status: 401 });
    expect(countMints(pds)).toBe(0);
  });
});

describeStubPds('getServiceAuth through /xrpc', place => {
  it('reaches the PDS with exactly the checked parameters, in any letter case', async () => {
    const { pds, broker } = place();
    pds.answer = mintAsAsked;
    const key = await issueKey(broker, await storeSession(broker, pds.origin, {}, 'api_key'));
    const exp = String(Math.floor(Date.now() / 1000) + 30);
    const query = `aud=${encodeURIComponent(aud)}&else=x&exp=${exp}&lxm=${lxm}`;
    const line = `GET /xrpc/com.atproto.server.GETServiceAuth?${query}`;
    const headers = { 'atproto-proxy': 'did:web:evil.example#pds', 'accept-language': 'de' };
    const answer = await callWith(broker, key, line, { headers });
    expect([answer.status, await answer.json()]).toEqual([200, { token: expect.any(String) }]);
    const [received] = pds.received;
    expect(received && askedOf(received)).toEqual({ aud, lxm, exp });
    expect(received?.request.headers).not.toHaveProperty('atproto-proxy');
  });

  it('returns the responses of the PDS, errors too', async () => {
    const { pds, broker } = place();
    const caller = await newCaller(broker, pds.origin);
    pds.answer = response => response.writeHead(400).end('{"error":"BadExpiration"}');
    const query = new URLSearchParams({ aud, lxm, exp: '1' }).toString();
    expect(await caller.call(`GET ${getServiceAuth}?${query}`)).toMatchObject({
      status: 400,
      error: 'BadExpiration',
    });
  });
});

describeStubPds(
  'service tokens for every method, if the operator allows them',
  place => {
    it('live for a minute at most', async () => {
      const { pds, broker } = place();
      pds.answer = mintAsAsked;
      const caller = await newCaller(broker, pds.origin);
      expect(await caller.ask({ aud })).toMatchObject({ status: 200, cached: false });
      expect(await caller.ask({ aud })).toMatchObject({ status: 200, cached: true });
      expect(await caller.ask({ aud, lxm })).toMatchObject({ status: 200, cached: false });
      const [received] = pds.received;
      expect(received && askedOf(received)).toEqual({ aud });
      const long = await caller.ask({ aud, expiresIn: 61 });
      expect([long.status, long.message]).toEqual([400, 'expiresIn must be at most 60 without lxm.']);
    });
  },
  { LATCHKEY_METHODLESS_SERVICE_TOKENS: 'true' },
);
