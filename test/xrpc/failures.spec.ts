import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { anyDestination } from '../../src/identity/outbound/destination-rule.ts';
import { createGuardedAgent } from '../../src/identity/outbound/guarded-agent.ts';
import { OutboundHttp } from '../../src/identity/outbound/outbound-http.service.ts';
import { outboundPolicies } from '../../src/identity/outbound/outbound-policy.ts';
import { storeCookie, storeSession } from '../broker/stored-session.ts';
import { describeBroker } from '../broker/test-broker.ts';
import { freePorts } from '../network/free-ports.ts';
import { exchange } from '../network/http-exchange.ts';
import { startStubPds, type StubPds } from './stub-pds.ts';

const challenge = (error: string) => ({ 'www-authenticate': `DPoP algs="ES256", error="${error}"` });

describeBroker('a failing call', broker => {
  let pds: StubPds;
  beforeAll(async () => {
    pds = await startStubPds(broker());
  });
  afterEach(() => {
    pds.received.length = 0;
    pds.answer = response => response.end('{}');
  });
  afterAll(() => pds.stop());

  const errorOf = async (answer: Response): Promise<unknown[]> => {
    const { error } = (await answer.json()) as { error: string };
    expect(answer.headers.get('latchkey-error')).toBe(error);
    return [answer.status, error];
  };
  const callAt = async (origin: string, life = {}): Promise<Response> => {
    const cookie = await storeCookie(broker(), await storeSession(broker(), origin, life));
    const headers = { cookie: `latchkey=${cookie}`, 'x-latchkey-csrf': '1' };
    return exchange(new URL('/xrpc/com.example.anything', broker().url), { headers });
  };

  it('without a nonce is repeated once with the nonce of the PDS, and the next call uses that', async () => {
    pds.answer = (response, { proof }) => {
      response.setHeader('dpop-nonce', 'fresh');
      if (proof.nonce === 'fresh') response.end('{}');
      else response.writeHead(401, challenge('use_dpop_nonce')).end();
    };
    const write = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'once' };
    expect((await pds.call('com.example.write', write)).status).toBe(200);
    expect((await pds.call('com.example.write', write)).status).toBe(200);
    expect(pds.received.map(({ body, proof }) => [body.toString(), proof.nonce])).toEqual([
      ['once', undefined],
      ['once', 'fresh'],
      ['once', 'fresh'],
    ]);
    expect(new Set(pds.received.map(({ proof }) => proof.jti)).size).toBe(3);
  });

  it('gets 502 without the challenge after the third refused nonce', async () => {
    pds.answer = response =>
      response.writeHead(401, { 'dpop-nonce': 'x', ...challenge('use_dpop_nonce') }).end();
    const answer = await pds.call('com.example.anything');
    expect(answer.headers.has('www-authenticate')).toBe(false);
    expect(await errorOf(answer)).toEqual([502, 'UpstreamUnavailable']);
    expect(pds.received).toHaveLength(3);
  });

  it('gets 502 without the challenge if the PDS refuses a fresh token', async () => {
    pds.answer = response =>
      response.writeHead(401, challenge('invalid_token')).end('{"error":"InvalidToken"}');
    const answer = await pds.call('com.example.anything');
    expect(answer.headers.has('www-authenticate')).toBe(false);
    expect(await errorOf(answer)).toEqual([502, 'UpstreamUnavailable']);
  });

  it('sends nothing and loses nothing if the token has expired and cannot be refreshed now', async () => {
    const answer = await callAt(pds.origin, { accessExpiresAt: new Date(Date.now() + 5000) });
    expect(await errorOf(answer)).toEqual([503, 'TokenUnavailable']);
    expect(pds.received).toEqual([]);
  });

  it('gets 502 if the PDS is away', async () => {
    const [port = 0] = await freePorts(1);
    expect(await errorOf(await callAt(`http://127.0.0.1:${port}`))).toEqual([502, 'UpstreamUnavailable']);
  });

  it('gets 502 and is not repeated if the PDS closes the connection without a response', async () => {
    pds.answer = response => response.destroy();
    expect(await errorOf(await pds.call('com.example.write', { method: 'POST' }))).toEqual([
      502,
      'UpstreamUnavailable',
    ]);
    expect(pds.received).toHaveLength(1);
  });

  it('reaches a PDS that closes its kept connection meanwhile, if it only reads', async () => {
    const used = new WeakSet<object>();
    pds.answer = (response, { request: { socket } }) => {
      if (used.has(socket)) response.destroy();
      else response.end('{}');
      used.add(socket);
    };
    for (const method of ['GET', 'GET', 'HEAD', 'GET'])
      expect((await pds.call('com.example.read', { method })).status).toBe(200);
    const proofs = pds.received.map(({ proof }) => proof.jti);
    expect(new Set(proofs).size).toBe(proofs.length);
    pds.received.length = 0;
    // undici closes the connection of a HEAD, so the last GET left one that is kept.
    const write = await pds.call('com.example.write', { method: 'POST' });
    expect([write.status, write.headers.get('retry-after'), pds.received.length]).toEqual([502, '5', 1]);
  });

  it('gets 502 with a Retry-After if the PDS closes a new connection too', async () => {
    pds.answer = response => response.destroy();
    const answer = await pds.call('com.example.read');
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await errorOf(answer)).toEqual([502, 'UpstreamUnavailable']);
    expect(pds.received).toHaveLength(2);
  });

  it('gets 504 if the PDS is silent for too long', async () => {
    const outbound = broker().app.get(OutboundHttp, { strict: false });
    const patient = outbound.xrpc;
    const policy = { ...outboundPolicies.xrpc, headersTimeout: 100 };
    const hasty = createGuardedAgent({ policy, rule: anyDestination });
    Object.assign(outbound, { xrpc: hasty });
    pds.answer = () => undefined;
    try {
      expect(await errorOf(await pds.call('com.example.anything'))).toEqual([504, 'UpstreamTimeout']);
    } finally {
      Object.assign(outbound, { xrpc: patient });
      await hasty.destroy();
    }
  });

  it('is aborted at the PDS if its caller leaves', async () => {
    const cut = new Promise<unknown>(resolve => {
      pds.answer = response => {
        response.write('the beginning');
        resolve(once(response, 'close'));
      };
    });
    const call = request(new URL('/xrpc/com.example.download', broker().url), { headers: pds.headers }).end();
    call.on('error', () => undefined); // It is aborted on purpose.
    await once(call, 'response');
    call.destroy();
    await cut;
    expect(pds.received).toHaveLength(1);
  });

  it('breaks off a long response where the PDS does', async () => {
    pds.answer = response => {
      response.writeHead(200, { 'content-length': '1000000' });
      response.write('the beginning', () => response.destroy());
    };
    await expect(pds.call('com.example.download')).rejects.toThrow();
  });

  it('gets 502 if the PDS breaks off a short response', async () => {
    pds.answer = response => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('the beginning', () => response.destroy());
    };
    expect(await errorOf(await pds.call('com.example.download'))).toEqual([502, 'UpstreamUnavailable']);
  });
});
