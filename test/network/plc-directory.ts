import type { RequestListener } from 'node:http';
import { Database, PlcServer } from '@did-plc/server';
import { listenOnLoopback } from './loopback-server.ts';

export type PlcDirectory = { url: string; stop: () => Promise<void> };

/** A real PLC directory that keeps its operations in memory. */
export async function startPlcDirectory(): Promise<PlcDirectory> {
  const server = await listenOnLoopback();
  const plc = PlcServer.create({ db: Database.mock(), port: server.port });
  // Express has no types here.
  server.answerWith(plc.app as RequestListener);
  return { url: `http://localhost:${server.port}`, stop: server.stop };
}
