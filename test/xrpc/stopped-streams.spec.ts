import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, expect, it } from '@jest/globals';
import { StreamGate } from '../../src/sessions/refresh/stream-gate.service.ts';
import { until } from '../until.ts';
import { describeStubPds } from './describe-stub-pds.ts';

const MIB = 1024 * 1024;
const SIZE = 100 * MIB;
const STOP_AT = 30 * MIB;
const AT_ONCE = process.env.TEST_LONG ? 3 : 1;
const UPLOAD = 'com.example.upload';
const DOWNLOAD = 'com.example.download';
const chunk = Buffer.alloc(MIB);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describeStubPds(`aborting streams of 100 MiB, ${AT_ONCE} at a time`, place => {
  let before: Awaited<ReturnType<typeof resources>>;
  let stopAt = 0;
  beforeAll(async () => {
    place().pds.takeStream(UPLOAD, (request, response) => {
      void receive(request, stopAt).then(() => response.destroy());
    });
    place().pds.takeStream(DOWNLOAD, (_request, response) => {
      void send(response, stopAt).then(() => response.destroy());
    });
    await place().pds.call('com.example.first');
    before = await resources();
  });

  const call = (nsid: string, method: string, headers = {}) =>
    request(new URL(`/xrpc/${nsid}`, place().broker.url), {
      method,
      headers: { ...place().pds.headers, ...headers },
      agent: false,
    }).on('error', () => undefined); // They are aborted on purpose.
  const upload = async (bytes: number): Promise<void> => {
    const outgoing = call(UPLOAD, 'POST', { 'content-length': SIZE });
    await send(outgoing, bytes);
    outgoing.destroy();
  };
  const download = async (bytes: number): Promise<void> => {
    const outgoing = call(DOWNLOAD, 'GET').end();
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    await receive(answer, bytes);
    outgoing.destroy();
  };

  it.each([
    ['uploaded, the caller stops', () => upload(STOP_AT), SIZE],
    ['uploaded, the PDS stops', () => upload(SIZE), STOP_AT],
    ['downloaded, the caller stops', () => download(STOP_AT), SIZE],
    ['downloaded, the PDS stops', () => download(SIZE), STOP_AT],
  ])('leaves no socket, file or memory behind: %s', async (_name, run, pdsStopsAt) => {
    stopAt = pdsStopsAt;
    await Promise.all(Array.from({ length: AT_ONCE }, run));
    // One connection to the PDS is kept for the next call. Both of its ends are in this process.
    await until('the sockets are closed', countSockets, sockets => sockets <= before.sockets + 2);
    const after = await resources();
    expect(after.files).toEqual(before.files);
    expect(after.bytes - before.bytes).toBeLessThan(16 * MIB);
    const { id } = await place()
      .broker.database.selectFrom('oauth_session')
      .select('id')
      .where('pds', '=', place().pds.origin)
      .executeTakeFirstOrThrow();
    const gate = place().broker.app.get(StreamGate, { strict: false });
    const endRotation = await gate.startRotation(id, 60_000); // No stream holds it up.
    endRotation();
  });

  const connections = (): Promise<number> => {
    const server = place().broker.app.getHttpServer();
    return new Promise(resolve => {
      server.getConnections((_error, count) => {
        resolve(count);
      });
    });
  };

  it('and many small ones leaves the whole replay window free', async () => {
    // Each reserves 8 MiB of 256 MiB, because it has no length.
    for (let round = 0; round < 2; round++) {
      const outgoing = Array.from({ length: 30 }, () => call('com.example.small', 'POST'));
      await Promise.all(outgoing.map(each => new Promise(resolve => each.write('x', resolve))));
      await until('every call has its connection', connections, count => count >= outgoing.length);
      for (const each of outgoing) each.destroy();
      await until('the sockets are closed', countSockets, sockets => sockets <= before.sockets + 2);
    }
    const headers = { 'transfer-encoding': 'chunked' };
    await place().pds.call('com.example.kept', { method: 'POST', headers, body: 'x' });
    expect(place().pds.received.map(({ request: { url } }) => url)).toEqual(['/xrpc/com.example.kept']);
  });
});

/** Writes `size` bytes with back-pressure, or until the peer has closed. */
async function send(to: NodeJS.WritableStream, bytes: number): Promise<void> {
  const chunks = Array.from({ length: bytes / MIB }, () => chunk);
  await pipeline(Readable.from(chunks), to, { end: false }).catch(() => undefined);
}

/** Reads at least `size` bytes, or until the peer has closed. */
function receive(from: IncomingMessage, bytes: number): Promise<void> {
  let received = 0;
  return new Promise(resolve => {
    from.on('data', ({ length }: Buffer) => {
      received += length;
      if (received >= bytes) resolve();
    });
    from.once('close', resolve).on('error', () => undefined);
  });
}

async function resources(): Promise<{ sockets: number; files: string[]; bytes: number }> {
  collectGarbage();
  await new Promise(resolve => setImmediate(resolve));
  collectGarbage();
  return { sockets: countSockets(), files: await openFiles(), bytes: process.memoryUsage().arrayBuffers };
}

function countSockets(): number {
  return process.getActiveResourcesInfo().filter(name => name.startsWith('TCPSocket')).length;
}

/** Returns the open files of this process, if the system lists them. */
async function openFiles(): Promise<string[]> {
  const directory = '/proc/self/fd';
  const descriptors = await readdir(directory).catch(() => []);
  const names = await Promise.all(descriptors.map(fd => readlink(`${directory}/${fd}`).catch(() => '')));
  return names.filter(name => name.startsWith('/') && !name.startsWith('/proc/')).sort();
}
