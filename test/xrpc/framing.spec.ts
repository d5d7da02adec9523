import { expect, it } from '@jest/globals';
import { parseRaw, sendRaw } from '../http/raw-request.ts';
import { describeStubPds } from './describe-stub-pds.ts';

const ending = '0\r\n\r\n';

describeStubPds('a body that holds another request', place => {
  const headers = (): string =>
    Object.entries({ host: new URL(place().broker.url).host, ...place().pds.headers })
      .map(field => `${field.join(': ')}\r\n`)
      .join('');
  const smuggled = (): string =>
    `GET /xrpc/com.example.smuggled HTTP/1.1\r\n${headers()}Connection: close\r\n\r\n`;
  const chunk = (content: string): string => `${content.length.toString(16)}\r\n${content}\r\n`;
  /** Sends a request with the test's own framing. Returns the status of each response on the connection. */
  const send = async (method: string, fields: string[], body: string): Promise<number[]> => {
    const head = `${method} /xrpc/com.example.any HTTP/1.1\r\n${headers()}`;
    const bytes = `${head}${fields.map(field => `${field}\r\n`).join('')}\r\n${body}`;
    const answers = await sendRaw(place().broker.url, bytes);
    return answers.split(/(?=HTTP\/1\.1 )/).map(answer => parseRaw(answer).status);
  };
  const arrived = () =>
    place().pds.received.map(({ request, body }) => [
      `${request.method} ${request.url}`,
      request.headers['content-length'],
      body.toString(),
    ]);

  it.each([
    ['two framings', ['Content-Length: 5', 'Transfer-Encoding: chunked'], ending],
    ['two framings, the other way round', ['Transfer-Encoding: chunked', 'Content-Length: 5'], ending],
    ['two lengths', ['Content-Length: 0', 'Content-Length: 5'], ''],
    ['one length twice', ['Content-Length: 0', 'Content-Length: 0'], ''],
    ['one length twice in a line', ['Content-Length: 0, 0'], ''],
    ...['+0', '-1', '0x0', '0a', '', '0 0', '1e1', '99999999999999999999'].map(
      length => [`the length "${length}"`, [`Content-Length: ${length}`], ''] as const,
    ),
    ['a blank before the colon', ['Content-Length : 0'], ''],
    ['a line that is continued', ['Transfer-Encoding:', ' chunked'], ending],
    ['two transfer encodings', ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], ending],
    ...['chunked, identity', 'identity', 'xchunked', 'chunked;q=1', '"chunked"', ''].map(
      encoding =>
        [`the transfer encoding "${encoding}"`, [`Transfer-Encoding: ${encoding}`], ending] as const,
    ),
    ...['zz\r\n', '-1\r\nabc\r\n', '0x3\r\nabc\r\n', '3 \r\nabc\r\n', '3\nabc\n0\n\n', '2\r\nabc\r\n'].map(
      garbage =>
        [`chunks that begin ${JSON.stringify(garbage)}`, ['Transfer-Encoding: chunked'], garbage] as const,
    ),
    ['a chunk without its end', ['Transfer-Encoding: chunked'], `3\r\nabc${ending}`],
    ['a chunk of endless size', ['Transfer-Encoding: chunked'], `${'F'.repeat(17)}\r\nabc`],
    ['a length among its trailers', ['Transfer-Encoding: chunked'], '0\r\nContent-Length: 3\r\n\r\n'],
    [
      'a chunk extension of 20 kB',
      ['Transfer-Encoding: chunked'],
      `1;a=${'b'.repeat(20_000)}\r\nx\r\n${ending}`,
    ],
    ['line feeds alone', ['X-One: a\nX-Two: b'], ''],
    ['a carriage return alone', ['X-One: a\rContent-Length: 3'], ''],
  ])('with %s is refused, and no part of it is forwarded', async (_name, fields, body) => {
    expect(await send('POST', [...fields], body + smuggled())).toEqual([400]);
    expect(arrived()).toEqual([]);
  });

  it.each([
    ['a length', (content: string) => [`Content-Length:  ${content.length} `], (content: string) => content],
    ['chunks', () => ['Transfer-Encoding: chunked'], (content: string) => chunk(content) + ending],
    [
      'chunks with extensions and trailers',
      () => ['Transfer-Encoding: Chunked', 'Trailer: Atproto-Proxy'],
      (content: string) =>
        `${content.length.toString(16)};a=b\r\n${content}\r\n0\r\nAtproto-Proxy: did:web:evil.example#x\r\n\r\n`,
    ],
  ])('framed by %s is forwarded as a body only', async (_name, fieldsOf, framed) => {
    const content = smuggled();
    const fields = [...fieldsOf(content), 'Connection: close'];
    expect(await send('POST', fields, framed(content))).toEqual([200]);
    expect(arrived()).toEqual([['POST /xrpc/com.example.any', String(content.length), content]]);
    expect(place().pds.received[0]?.request.headers).not.toHaveProperty('atproto-proxy');
  });

  it.each(['GET', 'HEAD'])('of a %s is read and discarded', async method => {
    const content = smuggled();
    for (const [field, body] of [
      [`Content-Length: ${content.length}`, content],
      ['Transfer-Encoding: chunked', chunk(content) + ending],
    ] as const) {
      expect(await send(method, [field, 'Connection: close'], body)).toEqual([200]);
    }
    const forwarded = [`${method} /xrpc/com.example.any`, undefined, ''];
    expect(arrived()).toEqual([forwarded, forwarded]);
  });

  it('with an expectation that nobody meets is refused', async () => {
    expect(await send('POST', ['Expect: a-miracle', 'Content-Length: 0', 'Connection: close'], '')).toEqual([
      417,
    ]);
    expect(arrived()).toEqual([]);
  });

  it('for a tunnel gets none', async () => {
    const { url } = place().broker;
    const answer = await sendRaw(
      url,
      `CONNECT ${new URL(place().pds.origin).host} HTTP/1.1\r\n${headers()}\r\n`,
    );
    expect(answer).not.toMatch(/^HTTP\/1\.1 2/);
    expect(arrived()).toEqual([]);
  });

  it('does not affect the next request of the connection', async () => {
    const content = smuggled();
    expect(await send('POST', [`Content-Length: ${content.length}`], content + content)).toEqual([200, 200]);
    const both = [
      ['GET /xrpc/com.example.smuggled', undefined, ''],
      ['POST /xrpc/com.example.any', String(content.length), content],
    ];
    expect(arrived().sort()).toEqual(both);
  });
});
