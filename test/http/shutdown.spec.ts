import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import { startTestBroker } from '../broker/test-broker.ts';
import { describeDialects } from '../database/dialects.ts';
import { parseRaw } from './raw-request.ts';

const form = 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 11\r\n';

/** Opens a connection and sends the start of a request. Resolves when the server has read it. */
async function beginRequest(server: Server, url: string, bytes: string): Promise<Socket> {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(bytes);
  const [serverSide] = await accepted;
  while (serverSide.bytesRead < bytes.length) await new Promise(setImmediate);
  return socket;
}

describeDialects('shutdown', (_open, { dialect, create }) => {
  it('finishes running requests, and refuses new ones with an error in the usual shape', async () => {
    const { app, url } = await startTestBroker(dialect, await create());
    const server: Server = app.getHttpServer();
    const { host } = new URL(url);
    const begun = await beginRequest(
      server,
      url,
      `POST /oauth/login HTTP/1.1\r\nHost: ${host}\r\n${form}\r\nid`,
    );
    const late = await beginRequest(server, url, `GET /livez HTTP/1.1\r\nHost: ${host}\r\n`);
    const answers = Promise.all([text(begun), text(late)]);

    const closed = app.close();
    while (server.listening) await new Promise(setImmediate);
    begun.write('entifier=');
    late.write('\r\n');
    await closed;

    const [finished, refused] = (await answers).map(parseRaw);
    expect([finished?.status, finished?.body]).toEqual([400, expect.stringContaining('InvalidIdentifier')]);
    expect([refused?.status, refused?.headers.get('retry-after')]).toEqual([503, '5']);
    expect(refused?.body).toContain('"error":"ShuttingDown"');
  });
});
