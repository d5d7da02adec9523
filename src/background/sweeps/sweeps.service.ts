import { Injectable } from '@nestjs/common';
import { ExpiredApiKeys } from '../../api-keys/keys/expired-api-keys.service.ts';
import { ExpiredKeyRequests } from '../../api-keys/requests/stored/expired-key-requests.service.ts';
import { KeyUsage } from '../../api-keys/usage/key-usage.service.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { Database } from '../../database/connection/database.ts';
import { ClockGuard } from '../../leases/clock/clock-guard.service.ts';
import { SurplusNativeTokens } from '../../native-apps/tokens/surplus-native-tokens.service.ts';
import { SessionRevocation } from '../../sessions/endings/session-revocation.service.ts';
import { UiSessions } from '../../ui-sessions/ui-sessions.service.ts';
import { ExpiredRowRepository, expiringTables } from './expired-row.repository.ts';
import { HolderlessSessions } from './holderless-sessions.service.ts';
import { MisdatedRefreshRepository } from './misdated-refresh.repository.ts';

/** One kind of row that is removed after its end, or corrected. */
export type Sweep = {
  readonly name: string;
  /** Rows per batch. A batch delays other users of the database, and the shutdown. */
  readonly batch: number;
  /** Removes or corrects up to `limit` such rows. Returns their number. */
  readonly sweepBatch: (limit: number) => Promise<number>;
};

export type SweepList = { readonly list: readonly Sweep[] };

/** Each row may need a request to an issuer. */
const REVOCATIONS_PER_BATCH = 16;

/**
 * The table of sweeps. A new kind of row to sweep adds its line here. What is swept for its age alone is swept by the
 * confirmed time.
 */
@Injectable()
export class Sweeps implements SweepList {
  readonly list: readonly Sweep[];

  constructor(
    { dialect }: Database,
    clockGuard: ClockGuard,
    expiredRowRows: ExpiredRowRepository,
    expiredApiKeys: ExpiredApiKeys,
    expiredKeyRequests: ExpiredKeyRequests,
    keyUsage: KeyUsage,
    surplusNativeTokens: SurplusNativeTokens,
    auditLog: AuditLog,
    sessionRevocation: SessionRevocation,
    holderlessSessions: HolderlessSessions,
    misdatedRefreshRows: MisdatedRefreshRepository,
    uiSessions: UiSessions,
  ) {
    const deletions = (name: string, sweepBatch: Sweep['sweepBatch']): Sweep => {
      return { name, batch: dialect.rowsPerDelete, sweepBatch };
    };
    const revocations = (name: string, sweepBatch: Sweep['sweepBatch']): Sweep => {
      return { name, batch: REVOCATIONS_PER_BATCH, sweepBatch };
    };
    const now = (): Date => clockGuard.confirmedTimeNow();
    this.list = [
      ...expiringTables.map(table => deletions(table, limit => expiredRowRows.sweep(table, limit, now()))),
      deletions('issued_secret', limit => expiredRowRows.sweepIssuedSecrets(limit)),
      deletions('suspended_ui_session', limit => uiSessions.sweepSuspended(limit, now())),
      deletions('api_key', limit => expiredApiKeys.sweep(limit, now())),
      revocations('key_request', limit => expiredKeyRequests.sweep(limit, now())),
      deletions('key_usage', limit => keyUsage.sweep(limit, now())),
      deletions('native_refresh_surplus', limit => surplusNativeTokens.sweep(limit)),
      deletions('audit_event', limit => auditLog.sweep(limit, now())),
      revocations('revoking', limit => sessionRevocation.retryRevocations(limit)),
      revocations('oauth_session', limit => holderlessSessions.sweep(limit, now())),
      deletions('misdated_refresh', async limit =>
        clockGuard.isTrusted() ? misdatedRefreshRows.correct(limit) : 0,
      ),
    ];
  }
}
