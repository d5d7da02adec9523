import type { RequestListener } from 'node:http';
import { Database, PlcServer } from '@did-plc/server';
import { createFaultProxy, type FaultProxyOptions } from './fault-proxy.ts';
import { listenOnLoopback } from './loopback-server.ts';
import { rememberDocuments } from './remembered-documents.ts';

export type PlcDirectory = { url: string; stop: () => Promise<void> };

/** A real PLC directory with its operations in memory, behind a fault proxy. */
export async function startPlcDirectory(
  trouble: Pick<FaultProxyOptions, 'faults' | 'tokenLog'>,
): Promise<PlcDirectory> {
  const [server, inner] = [await listenOnLoopback(), await listenOnLoopback()];
  const plc = PlcServer.create({ db: Database.mock(), port: server.port });
  // Express has no types here.
  const direct = rememberDocuments(plc.app as RequestListener);
  inner.answerWith(direct);
  server.answerWith(createFaultProxy({ server: 'plc', direct, port: inner.port, ...trouble }));
  return {
    url: `http://localhost:${server.port}`,
    stop: async () => {
      await server.stop();
      await inner.stop();
    },
  };
}
