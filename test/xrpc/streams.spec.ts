import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer, text } from 'node:stream/consumers';
import { beforeEach, expect, it } from '@jest/globals';
import { describeStubPds } from './describe-stub-pds.ts';

const MIB = 1024 * 1024;
const LIMIT_MIB = 24;
const UPLOAD = 'com.example.upload';
const DOWNLOAD = 'com.example.download';
const invalidToken = { 'www-authenticate': 'DPoP algs="ES256", error="invalid_token"' };

type Arrival = { request: IncomingMessage; response: ServerResponse };

describeStubPds(
  'a stream',
  place => {
    let arrival: Promise<Arrival>;
    beforeEach(() => {
      const { promise, resolve } = Promise.withResolvers<Arrival>();
      arrival = promise;
      place().pds.takeStream(UPLOAD, (request, response) => {
        resolve({ request, response });
      });
    });

    /** Starts a call whose body the test writes. */
    const beginUpload = (headers: Record<string, string | number> = {}): ClientRequest => {
      const url = new URL(`/xrpc/${UPLOAD}`, place().broker.url);
      return request(url, { method: 'POST', headers: { ...place().pds.headers, ...headers }, agent: false });
    };
    const answerOf = async (
      call: ClientRequest,
    ): Promise<{ status: number; error: unknown; body: string }> => {
      const [answer] = (await once(call, 'response')) as [IncomingMessage];
      const body = await text(answer);
      return { status: answer.statusCode ?? 0, error: answer.headers['latchkey-error'], body };
    };

    it.each([
      ['of a known length', String(20 * MIB)],
      ['of unknown length', undefined],
    ])('reaches the PDS before its end has arrived, and completely: %s', async (_name, length) => {
      const body = randomBytes(20 * MIB);
      const call = beginUpload(length === undefined ? {} : { 'content-length': length });
      call.write(body.subarray(0, 10 * MIB));
      const { request: arrived, response } = await arrival;
      expect(arrived.headers['content-length']).toBe(length);
      call.end(body.subarray(10 * MIB));
      response.end(digest(await buffer(arrived)));
      expect(await answerOf(call)).toEqual({ status: 200, error: undefined, body: digest(body) });
    });

    it('is sent once, with the nonce that a small request fetched before', async () => {
      place().pds.answer = (response, { proof }) => {
        response.setHeader('dpop-nonce', 'fresh');
        if (proof.nonce === 'fresh') response.end('{}');
        else response.writeHead(401, { 'www-authenticate': 'DPoP error="use_dpop_nonce"' }).end();
      };
      const call = beginUpload({ 'content-length': 9 * MIB }).end(Buffer.alloc(9 * MIB));
      const { request: arrived, response } = await arrival;
      expect(nonceOf(arrived)).toBe('fresh');
      expect(new Set(place().pds.received.map(({ request: { url } }) => url))).toEqual(
        new Set(['/xrpc/com.atproto.server.getSession']),
      );
      response.end(digest(await buffer(arrived)));
      expect(await answerOf(call)).toMatchObject({ status: 200 });
    });

    it('whose token the PDS refuses fails as retryable, without mentioning the token', async () => {
      const call = beginUpload({ 'content-length': 9 * MIB }).end(Buffer.alloc(9 * MIB));
      const { request: arrived, response } = await arrival;
      arrived.resume();
      response.writeHead(401, invalidToken).end();
      expect(await answerOf(call)).toMatchObject({ status: 503, error: 'TokenUnavailable' });
    });

    it('that the PDS does not read to its end still gets its response', async () => {
      const call = beginUpload({ 'content-length': 20 * MIB });
      call.write(Buffer.alloc(MIB));
      const { response } = await arrival;
      response.writeHead(413).end('the PDS does not take that much');
      const answer = answerOf(call);
      call.end(Buffer.alloc(19 * MIB));
      const body = 'the PDS does not take that much';
      expect(await answer).toEqual({ status: 413, error: undefined, body });
    });

    it.each(['close', 'keep-alive'])(
      'that the PDS aborts gets its response while its caller pauses (%s)',
      async connection => {
        const call = beginUpload({ 'content-length': 20 * MIB, connection });
        call.write(Buffer.alloc(9 * MIB));
        const { request: arrived } = await arrival;
        arrived.on('error', () => undefined).once('data', () => arrived.destroy());
        expect(await answerOf(call)).toMatchObject({ status: 502, error: 'UpstreamUnavailable' });
        call.on('error', () => undefined).destroy();
      },
    );

    it('that announces more than the limit is refused before anything is sent', async () => {
      const length = (LIMIT_MIB + 8) * MIB;
      const call = beginUpload({ 'content-length': length }).end(Buffer.alloc(length));
      expect(await answerOf(call)).toMatchObject({ status: 413, error: 'PayloadTooLarge' });
      expect(place().pds.received).toEqual([]);
    });

    it('that exceeds the limit on the way is refused, and aborted at the PDS', async () => {
      const call = beginUpload();
      const answer = answerOf(call);
      call.write(Buffer.alloc(10 * MIB));
      const { request: arrived } = await arrival;
      const broken = expect(buffer(arrived)).rejects.toThrow('aborted');
      call.end(Buffer.alloc(LIMIT_MIB * MIB));
      expect(await answer).toMatchObject({ status: 413, error: 'PayloadTooLarge' });
      await broken;
    });

    it('that its caller aborts is aborted at the PDS', async () => {
      const call = beginUpload({ 'content-length': 20 * MIB });
      call.on('error', () => undefined); // It is aborted on purpose.
      call.write(Buffer.alloc(10 * MIB));
      const { request: arrived } = await arrival;
      const broken = expect(buffer(arrived)).rejects.toThrow('aborted');
      call.destroy();
      await broken;
    });

    it('within the replay window that its caller aborts never reaches the PDS', async () => {
      const call = beginUpload({ 'content-length': 2 * MIB });
      const left = expect(once(call, 'response')).rejects.toThrow();
      call.write(Buffer.alloc(MIB), () => call.destroy());
      await left;
      expect((await place().pds.call('com.example.next')).status).toBe(200);
      expect(place().pds.received.map(({ request: { url } }) => url)).toEqual(['/xrpc/com.example.next']);
    });

    it('is aborted at the PDS if its caller leaves without waiting for the response', async () => {
      const call = beginUpload({ 'content-length': 3 }).end('abc');
      call.on('error', () => undefined); // It is aborted on purpose.
      const { response } = await arrival;
      const left = once(response, 'close');
      call.destroy();
      await left;
      expect(response.writableFinished).toBe(false);
      expect(place().broker.logLines.filter(line => line.includes(UPLOAD))).toEqual([]);
    });

    it('to the caller pauses at the PDS while the caller does not read', async () => {
      let written = 0;
      place().pds.takeStream(DOWNLOAD, (_request, response) => {
        const more = (): void => {
          do written += MIB;
          while (response.write(Buffer.alloc(MIB)) && written < 200 * MIB);
          if (written >= 200 * MIB) response.end();
          else response.once('drain', more);
        };
        more();
      });
      const call = request(new URL(`/xrpc/${DOWNLOAD}`, place().broker.url), {
        headers: place().pds.headers,
      }).end();
      const [answer] = (await once(call, 'response')) as [IncomingMessage];
      await quiet(() => written);
      expect(written).toBeLessThan(50 * MIB);
      let read = 0;
      for await (const chunk of answer) read += (chunk as Buffer).length;
      expect(read).toBe(200 * MIB);
    });
  },
  { LATCHKEY_UPLOAD_LIMIT: `${LIMIT_MIB}MiB` },
);

function digest(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

function nonceOf({ headers }: IncomingMessage): unknown {
  const [, payload = ''] = (headers.dpop as string).split('.');
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { nonce?: unknown }).nonce;
}

/** Resolves when the number no longer grows. */
async function quiet(number: () => number): Promise<void> {
  for (let before = -1; before !== number();) {
    before = number();
    await new Promise(resolve => setTimeout(resolve, 300));
  }
}
