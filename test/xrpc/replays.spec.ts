import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { beforeEach, expect, it } from '@jest/globals';
import { newSecret } from '../../src/crypto/secret.ts';
import { REPLAY_WINDOW_BYTES } from '../../src/sessions/pds/replay-window.service.ts';
import { SessionSecretsBox } from '../../src/sessions/stored/session-secrets.service.ts';
import { describeStubPds, type StubPlace } from './describe-stub-pds.ts';

const whole = randomBytes(REPLAY_WINDOW_BYTES);
const zipped = gzipSync(whole.subarray(0, 100_000));

type Case = { method?: string; headers?: Record<string, string>; body?: Buffer; query?: string };

describeStubPds('a request whose token rotates while it is in flight', place => {
  beforeEach(() => {
    const refused = new Set<string | undefined>();
    let current: string | undefined;
    // Refuses the first token after its request was read and a newer token exists.
    place().pds.answer = (response, { request: { headers } }) => {
      if (current === undefined) {
        current = headers.authorization;
        refused.add(current);
        void storeNextToken(place()).then(() =>
          response.writeHead(401, { 'www-authenticate': 'DPoP error="invalid_token"' }).end(),
        );
      } else response.writeHead(refused.has(headers.authorization) ? 401 : 200, { etag: '"x"' }).end('done');
    };
  });

  it.each<[string, Case]>([
    ['a query', { method: 'GET', query: '?a=%2F&b=c', headers: { 'if-none-match': '"y"' } }],
    ['HEAD', { method: 'HEAD' }],
    ['a body as large as the window', { body: whole }],
    ['a body of unknown length', { headers: { 'transfer-encoding': 'chunked' }, body: whole }],
    ['an empty body', { headers: { 'content-length': '0' }, body: Buffer.alloc(0) }],
    ['an empty body in chunks', { headers: { 'transfer-encoding': 'chunked' }, body: Buffer.alloc(0) }],
    ['no body', {}],
    ['a compressed body', { headers: { 'content-encoding': 'gzip', 'content-type': 'a/b' }, body: zipped }],
    ['a body that waits to be asked for', { headers: { expect: '100-continue' }, body: zipped }],
  ])('with %s is sent again byte for byte, unnoticed by its caller', async (_name, sent) => {
    const { method = 'POST', headers = {}, query = '', body } = sent;
    const answer = await send(place(), { method, headers, query, ...(body && { body }) });
    expect(answer).toEqual({ status: 200, etag: '"x"', body: method === 'HEAD' ? '' : 'done' });
    const { received } = place().pds;
    expect(received).toHaveLength(2);
    for (const { request: arrived, body: content } of received) {
      expect([arrived.method, arrived.url]).toEqual([method, `/xrpc/com.example.rotated${query}`]);
      expect(content.equals(body ?? Buffer.alloc(0))).toBe(true);
      const length = method === 'POST' ? String(content.length) : undefined;
      expect(arrived.headers['content-length']).toBe(length);
      expect(arrived.headers['content-encoding']).toBe(headers['content-encoding']);
      expect(arrived.headers['if-none-match']).toBe(headers['if-none-match']);
      expect(arrived.headers).not.toHaveProperty('expect');
    }
    const [first, second] = received;
    expect(second?.request.headers.authorization).not.toBe(first?.request.headers.authorization);
    expect(second?.proof.jti).not.toBe(first?.proof.jti);
  });
});

type Told = { status: number | undefined; etag: string | undefined; body: string };

async function send({ pds, broker }: StubPlace, { method, headers, query, body }: Case): Promise<Told> {
  const call = request(new URL(`/xrpc/com.example.rotated${query}`, broker.url), {
    method,
    headers: { ...pds.headers, ...headers },
    agent: false,
  });
  if (headers?.expect) {
    call.flushHeaders();
    await once(call, 'continue');
  }
  for (let from = 0; body && from < body.length; from += 1_000_000)
    call.write(body.subarray(from, from + 1_000_000));
  call.end();
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, etag: answer.headers.etag, body: await text(answer) };
}

/** Stores the token of another instance's rotation. */
async function storeNextToken({ pds, broker: { app, database } }: StubPlace): Promise<void> {
  const row = await database
    .selectFrom('oauth_session')
    .selectAll()
    .where('pds', '=', pds.origin)
    .executeTakeFirstOrThrow();
  const box = app.get(SessionSecretsBox, { strict: false });
  const next = { ...row, generation: row.generation + 1 };
  const sealed = box.seal({ ...box.open(row.sealed ?? '', row), accessToken: newSecret() }, next);
  await database
    .updateTable('oauth_session')
    .set({ generation: next.generation, sealed })
    .where('id', '=', row.id)
    .execute();
}
