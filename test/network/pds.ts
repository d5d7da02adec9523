import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { PDS } from '@atproto/pds';
import type { Did } from '../../src/database/tables/did.ts';
import { createFaultProxy, type FaultProxyOptions } from './fault-proxy.ts';
import { listenOnLoopback } from './loopback-server.ts';
import type { GrantDescription } from './network-control.ts';
import { makeScratchDirectory } from './scratch-directory.ts';

export type Pds = {
  url: string;
  adminPassword: string;
  /** Returns the OAuth sessions of an account, of all clients. */
  countGrants: (did: Did) => Promise<number>;
  /** Makes an account here the authority of all lexicons, and drops the cached copy of one. */
  believeLexicon: (nsid: string, authority: string) => Promise<void>;
  describeGrants: (did: Did) => Promise<GrantDescription[]>;
  ageGrants: (did: Did, createdDays: number, idleDays: number) => Promise<void>;
  halt: () => Promise<void>;
  resume: () => Promise<void>;
  stop: () => Promise<void>;
};

/**
 * A real PDS in development mode with handles under `.test`, behind a proxy that lets faults happen; its data live in
 * a temporary directory.
 */
export async function startPds(
  plcUrl: string,
  trouble: Pick<FaultProxyOptions, 'faults' | 'tokenLog'>,
): Promise<Pds> {
  const directory = await makeScratchDirectory('latchkey-pds-');
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
    blobUploadLimit: 100 * 1024 * 1024, // The installer's default, which differs from the code's.
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
    url: `http://localhost:${server.port}`,
    adminPassword,
    countGrants: async did => {
      const grants = await pds.ctx.oauthProvider?.tokenManager.listAccountTokens(did);
      return grants?.length ?? 0;
    },
    believeLexicon: async (nsid, authority) => {
      pds.ctx.cfg.lexicon.didAuthority = authority as `did:plc:${string}`;
      const { db } = pds.ctx.accountManager.db;
      await db.deleteFrom('lexicon').where('nsid', '=', nsid).execute();
    },
    describeGrants: async did => {
      const grants = await pds.ctx.oauthProvider?.tokenManager.listAccountTokens(did);
      return (grants ?? []).map(({ data: { clientId, clientAuth } }) => ({
        clientId,
        method: clientAuth.method,
        kid: 'kid' in clientAuth ? clientAuth.kid : undefined,
      }));
    },
    ageGrants: async (did, createdDays, idleDays) => {
      await pds.ctx.accountManager.db.db
        .updateTable('token')
        .set({ createdAt: daysAgo(createdDays), updatedAt: daysAgo(idleDays) })
        .where('did', '=', did)
        .execute();
    },
    halt: server.halt,
    resume: server.resume,
    stop: async () => {
      await server.stop();
      await inner.stop();
      await pds.destroy();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function daysAgo(days: number): `${string}T${string}Z` {
  return new Date(Date.now() - days * 24 * 60 * 60_000).toISOString() as `${string}T${string}Z`;
}

function randomHex(): string {
  return randomBytes(32).toString('hex');
}
