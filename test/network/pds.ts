import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PDS } from '@atproto/pds';
import { createFaultProxy, type FaultProxyOptions } from './fault-proxy.ts';
import { listenOnLoopback, type LoopbackServer } from './loopback-server.ts';

export type Pds = Pick<LoopbackServer, 'refuse' | 'accept' | 'stop'> & { url: string; adminPassword: string };

/**
 * A real PDS in development mode with handles under `.test`, behind a proxy that lets faults happen; its data live in
 * a temporary directory.
 */
export async function startPds(
  plcUrl: string,
  trouble: Pick<FaultProxyOptions, 'faults' | 'tokenLog'>,
): Promise<Pds> {
  const directory = await mkdtemp(join(tmpdir(), 'latchkey-pds-'));
  const [server, inner] = [await listenOnLoopback(), await listenOnLoopback()];
  const adminPassword = randomHex();
  const pds = await PDS.fromEnv({
    devMode: true,
    disableSsrfProtection: true,
    hostname: 'localhost',
    port: server.port,
    didPlcUrl: plcUrl,
    serviceHandleDomains: ['.test'],
    inviteRequired: false,
    dataDirectory: directory,
    blobstoreDiskLocation: join(directory, 'blobs'),
    adminPassword,
    jwtSecret: randomHex(),
    plcRotationKeyK256PrivateKeyHex: randomHex(),
  });
  await pds.ctx.sequencer.start();
  // Not `pds.start()`: that listens on every interface. The cast: Express has no types here.
  const direct = pds.app as RequestListener;
  inner.answerWith(direct);
  server.answerWith(createFaultProxy({ server: 'pds', direct, port: inner.port, ...trouble }));
  return {
    refuse: server.refuse,
    accept: server.accept,
    url: `http://localhost:${server.port}`,
    adminPassword,
    stop: async () => {
      await server.stop();
      await inner.stop();
      await pds.destroy();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function randomHex(): string {
  return randomBytes(32).toString('hex');
}
