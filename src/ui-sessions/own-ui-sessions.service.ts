import { Injectable } from '@nestjs/common';
import type { BrowserPrincipal } from '../access/principal.ts';
import type { AuditSource } from '../audit/audit-event.ts';
import { AuditLog } from '../audit/audit-log.service.ts';
import { Database } from '../database/connection/database.ts';
import { nextCursor } from '../database/connection/next-cursor.ts';
import { parseId, UiSessionId } from '../database/tables/id.ts';
import type { Did } from '../database/tables/did.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { isExpired, type UiSession } from './ui-session.ts';
import { UiSessionRepository } from './ui-session.repository.ts';
import { UiSessions } from './ui-sessions.service.ts';

const READ_AT_ONCE = 500;

type Owner = Pick<BrowserPrincipal, 'did' | 'uiSessionId'>;

/** Lets an account's owner list and end the browser sessions of the account. */
@Injectable()
export class OwnUiSessions {
  constructor(
    private readonly database: Database,
    private readonly uiSessionRows: UiSessionRepository,
    private readonly uiSessions: UiSessions,
    private readonly auditLog: AuditLog,
  ) {}

  /** Returns a page of an account's live browser sessions, and the cursor of the next page if there may be one. */
  async list(
    did: Did,
    page: { readonly cursor?: UiSessionId | undefined; readonly limit: number },
    now = new Date(),
  ): Promise<{ uiSessions: UiSession[]; cursor?: string }> {
    const read = await this.uiSessionRows.listUiSessions({ did, ...page });
    const uiSessions = read.filter(uiSession => !isExpired(uiSession, now));
    return { uiSessions, ...nextCursor(read, page.limit, ({ id }) => id) };
  }

  /**
   * Ends one browser session, and revokes the session behind it.
   *
   * @throws BrokerError `NotFound`, also for another account's
   */
  async endUiSession(id: string, { did }: Pick<Owner, 'did'>, by: AuditSource): Promise<void> {
    const ownId = parseId(UiSessionId, id);
    const found = ownId && (await this.uiSessionRows.findUiSession(ownId, did));
    if (!found)
      throw new BrokerError(
        'NotFound',
        'There is no browser session with this id in your account. It may have ended already.',
      );
    await this.endAll([found], by);
  }

  /** Ends every browser session of the account except the caller's. Returns how many it ended. */
  async endOtherUiSessions({ did, uiSessionId }: Owner, by: AuditSource): Promise<number> {
    let ended = 0;
    let cursor: UiSessionId | undefined;
    do {
      const page: UiSession[] = await this.uiSessionRows.listUiSessions({ did, cursor, limit: READ_AT_ONCE });
      ended += await this.endAll(
        page.filter(({ id }) => id !== uiSessionId),
        by,
      );
      ({ cursor } = nextCursor(page, READ_AT_ONCE, ({ id }) => id));
    } while (cursor !== undefined);
    return ended;
  }

  private async endAll(uiSessions: readonly UiSession[], by: AuditSource): Promise<number> {
    const ended = await this.database.transact(async transaction => {
      const mine: UiSession[] = [];
      for (const uiSession of uiSessions) {
        if (!(await this.uiSessions.beginEnding(uiSession, transaction))) continue;
        const target = { kind: 'ui-session', id: uiSession.id } as const;
        await this.auditLog.record(
          { ...by, action: 'ui-session.ended', did: uiSession.did, target },
          transaction,
        );
        mine.push(uiSession);
      }
      return mine;
    });
    await Promise.all(ended.map(uiSession => this.uiSessions.finishEnding(uiSession)));
    return ended.length;
  }
}
