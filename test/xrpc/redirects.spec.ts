import { expect, it } from '@jest/globals';
import { type ScriptedServer, startServer } from '../identity/scripted-server.ts';
import { describeStubPds } from './describe-stub-pds.ts';

const BLOB = 'com.atproto.sync.getBlob';

type Refusal = { status: number; error: string; message: string };

describeStubPds('a redirect of a PDS', place => {
  const redirectTo = (location: string | undefined, status = 302): void => {
    place().pds.answer = response =>
      response.writeHead(status, { ...(location && { location }), 'set-cookie': 'a=b' }).end('moved');
  };
  const withServer = async (
    answer: Parameters<typeof startServer>[0],
    use: (server: ScriptedServer) => Promise<void>,
  ): Promise<void> => {
    const server = await startServer(answer);
    await use(server).finally(() => server.stop());
  };
  const refusalOf = async (answer: Response): Promise<Refusal> => {
    expect([answer.headers.get('latchkey-error'), answer.headers.has('retry-after')]).toEqual([
      'UpstreamUnavailable',
      false,
    ]);
    return { status: answer.status, ...((await answer.json()) as Omit<Refusal, 'status'>) };
  };

  it.each([301, 302, 303, 307, 308])('with %i leads to the blob, without any credential', async status => {
    await withServer(
      (_request, response) =>
        response
          .writeHead(206, { 'content-type': 'image/png', 'cache-control': 'public', 'set-cookie': 'c=d' })
          .end('the blob'),
      async cdn => {
        redirectTo(`${cdn.origin}/blobs/x?sig=a%2Fb`, status);
        for (const [nsid, method] of [
          [BLOB, 'GET'],
          [BLOB.toUpperCase(), 'HEAD'],
        ] as const) {
          const headers = {
            range: 'bytes=0-7',
            'if-none-match': '"x"',
            'atproto-proxy': 'did:web:a.example#b',
            'x-bsky-topics': 'c',
          };
          const answer = await place().pds.call(`${nsid}?did=a&cid=b`, { method, headers });
          expect([answer.status, await answer.text()]).toEqual([206, method === 'GET' ? 'the blob' : '']);
          expect(answer.headers.get('content-type')).toBe('image/png');
          expect(answer.headers.get('cache-control')).toBe('private, no-cache');
          expect(
            ['set-cookie', 'location', 'latchkey-error'].filter(name => answer.headers.has(name)),
          ).toEqual([]);
        }
        expect(cdn.requests.map(({ method, url }) => [method, url])).toEqual([
          ['GET', '/blobs/x?sig=a%2Fb'],
          ['HEAD', '/blobs/x?sig=a%2Fb'],
        ]);
        for (const { headers } of cdn.requests)
          expect(headers).toEqual({
            host: new URL(cdn.origin).host,
            connection: expect.any(String),
            'user-agent': 'latchkey',
            range: 'bytes=0-7',
            'if-none-match': '"x"',
          });
      },
    );
  });

  it.each([
    [3, 200],
    [4, 502],
  ])('that is one of %i is followed, up to three: %i', async (hops, status) => {
    await withServer(
      ({ url = '' }, response) => {
        const left = Number(url.slice(1));
        if (left === 0) response.end('the blob');
        else response.writeHead(302, { location: `/${left - 1}` }).end();
      },
      async cdn => {
        redirectTo(`${cdn.origin}/${hops - 1}`);
        const answer = await place().pds.call(BLOB);
        expect([answer.status, cdn.requests.length]).toEqual([status, 3]);
        if (status === 502) expect((await refusalOf(answer)).message).toMatch(/more than 3 times/);
      },
    );
  });

  it.each([
    ['another method', 'com.example.anything', 'GET', '/x'],
    ['a procedure', BLOB, 'POST', '/x'],
    ['a location that is no address', BLOB, 'GET', 'https://'],
    ['no location', BLOB, 'GET', undefined],
  ])('is refused with a reason: %s', async (_name, nsid, method, location) => {
    redirectTo(location);
    const refusal = await refusalOf(await place().pds.call(nsid, { method }));
    expect(refusal).toMatchObject({ status: 502, error: 'UpstreamUnavailable' });
    expect(refusal.message).toMatch(/redirect/);
    expect(place().pds.received).toHaveLength(1);
  });

  it.each(['file:///etc/passwd', 'ftp://cdn.example/x', 'data:text/html,x', 'http://a:b@127.0.0.1/x'])(
    'is not followed to %s',
    async location => {
      redirectTo(location);
      expect((await place().pds.call(BLOB)).status).toBe(502);
    },
  );

  it('is none if it says that nothing was modified', async () => {
    redirectTo(undefined, 304);
    expect((await place().pds.call('com.example.anything')).status).toBe(304);
  });
});
