import { Injectable } from '@nestjs/common';
import type { AuditSource } from '../audit/audit-event.ts';
import { AuditLog } from '../audit/audit-log.service.ts';
import { Config } from '../config/config.ts';
import { digestOf, isSameSecret, isSecret, newSecret } from '../crypto/secret.ts';
import { Database } from '../database/connection/database.ts';
import { newId, OperatorSessionId } from '../database/tables/id.ts';
import { toTimestamp } from '../database/tables/timestamp.ts';
import { BrokerError } from '../errors/broker-error.ts';
import { networkOf } from '../http/edge/address-limit.ts';
import { RateLimit } from '../http/edge/rate-limit.ts';
import { Log } from '../observability/log/log.ts';
import { OPERATOR_SESSION_MS, type OperatorSession } from './operator-session.ts';
import { OperatorSessionRepository } from './operator-session.repository.ts';

/** Limit of sign-ins per minute and address, with a right or a wrong token. */
const TRIES_PER_MINUTE = 10;

/** A new session, with its cookie, which is returned only here and stored as a digest. */
export type OpenedOperatorSession = OperatorSession & { readonly cookie: string };

/** Sessions of the operator's browsers: the admin token is exchanged for a cookie that lasts 15 minutes. */
@Injectable()
export class OperatorSessions {
  private readonly tries = new RateLimit(TRIES_PER_MINUTE);

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly operatorSessionRows: OperatorSessionRepository,
    private readonly auditLog: AuditLog,
    private readonly log: Log,
  ) {}

  /**
   * Signs a browser in by the admin token.
   *
   * @throws BrokerError `TooManyRequests`; `InvalidToken`, also if the settings have no admin token
   */
  async signIn(token: string, from: string): Promise<OpenedOperatorSession> {
    await this.tries.consume(networkOf(from));
    const { adminToken } = this.config;
    if (adminToken === undefined || !isSameSecret(token, adminToken)) throw this.refuse(from);
    const [id, cookie, now] = [newId(OperatorSessionId), newSecret(), new Date()];
    const expiresAt = new Date(now.getTime() + OPERATOR_SESSION_MS);
    const row = {
      id,
      digest: digestOf(cookie),
      created_at: toTimestamp(now),
      expires_at: toTimestamp(expiresAt),
    };
    const by = { actor: { kind: 'operator', id }, from } as const;
    await this.database.transact(async transaction => {
      await this.operatorSessionRows.insert(row, adminToken, transaction);
      const target = { kind: 'operator-session', id } as const;
      await this.auditLog.record({ ...by, action: 'operator.signed-in', target }, transaction);
    });
    this.log.operatorSignedIn({ operatorSessionId: id, from });
    return { id, cookie, expiresAt };
  }

  /** Finds the session of a cookie, unless it has expired or the admin token has changed. */
  async findByCookie(cookie: string, now = new Date()): Promise<OperatorSession | undefined> {
    const { adminToken } = this.config;
    if (!isSecret(cookie) || adminToken === undefined) return undefined;
    const found = await this.operatorSessionRows.findByDigest(digestOf(cookie), adminToken);
    return found && found.expiresAt > now ? found : undefined;
  }

  /** Ends a session. Its cookie stops working at once. */
  async signOut(id: OperatorSessionId, by: AuditSource): Promise<void> {
    await this.database.transact(async transaction => {
      if (!(await this.operatorSessionRows.delete(id, transaction))) return;
      const target = { kind: 'operator-session', id } as const;
      await this.auditLog.record({ ...by, action: 'operator.signed-out', target }, transaction);
    });
  }

  private refuse(from: string): BrokerError {
    this.log.operatorRefused({ from });
    const target = { kind: 'operator-session' } as const;
    this.auditLog.note({ action: 'operator.refused', actor: { kind: 'anonymous' }, target, from });
    return new BrokerError(
      'InvalidToken',
      'This is not the admin token of this broker. Check LATCHKEY_ADMIN_TOKEN in its settings.',
    );
  }
}
