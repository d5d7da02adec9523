import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { Schema } from '../database/schema.ts';
import { Grants } from '../oauth/grants.service.ts';
import { Log } from '../observability/log.ts';
import { SessionRepository } from './session.repository.ts';

/** How long the one who ends a session waits for its issuer; the request itself goes on. */
const PATIENCE_MS = 5_000;

/**
 * Ends sessions in two steps, so that a crash between them loses nothing: the mark is committed first, then the
 * issuer is told, and only then is the refresh token erased that it was told with.
 */
@Injectable()
export class Endings implements OnApplicationBootstrap {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly grants: Grants,
    private readonly log: Log,
  ) {}

  /** Goes on with the endings that an earlier process began. */
  async onApplicationBootstrap(): Promise<void> {
    const ids = await this.sessions.listRevoking();
    void ids.reduce((previous, id) => previous.then(() => this.revoke(id)), Promise.resolve());
  }

  /** Marks a session to be revoked, in the transaction that takes its last holder away. */
  async begin(id: string, database: Kysely<Schema>): Promise<void> {
    await this.sessions.beginRevoking(id, database);
  }

  /** Revokes a marked session at its issuer; resolves when that is done, or is taking long, or has failed. */
  async finish(id: string): Promise<void> {
    await Promise.race([this.revoke(id), delay(PATIENCE_MS, undefined, { ref: false })]);
  }

  /** A failure is logged and leaves mark and refresh token as they are, so that it can be tried again. */
  private async revoke(id: string): Promise<void> {
    try {
      const session = await this.sessions.find(id);
      if (session?.status !== 'revoking' || !session.secrets) return;
      await this.grants.revoke({ ...session, ...session.secrets });
      await this.sessions.erase(id);
      this.log.sessionRevoked({ did: session.did, sessionId: id });
    } catch (error) {
      this.log.revocationFailed({ sessionId: id }, error);
    }
  }
}
