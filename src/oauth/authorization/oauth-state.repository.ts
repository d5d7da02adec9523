import { Injectable } from '@nestjs/common';
import type { NodeSavedState } from '@atproto/oauth-client-node';
import type { Selectable } from 'kysely';
import type { RowBinding } from '../../crypto/row-binding.ts';
import { SealedBox } from '../../crypto/sealed-box.ts';
import { digestOf } from '../../crypto/secret.ts';
import { Database } from '../../database/connection/database.ts';
import type { StatePurpose, OauthStateTable } from '../../database/tables/oauth-state.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';

/** What a pending authorization is for, and where it leads. */
export type AuthorizationIntent = {
  readonly purpose: StatePurpose;
  /** The key request or the session it is about. */
  readonly target: string | null;
  readonly returnTo: string;
};

export type PendingAuthorization = AuthorizationIntent & { readonly secrets: NodeSavedState };

/** Why a state cannot be consumed. */
export type StateRefusal = 'unknown' | 'expired' | 'other-browser';

/** Pending authorizations; the `state` itself is not stored, only its digest. */
@Injectable()
export class OAuthStateRepository {
  constructor(
    private readonly database: Database,
    private readonly box: SealedBox,
  ) {}

  async insert(
    state: string,
    { purpose, target, returnTo, secrets }: PendingAuthorization,
    { browserBinding, now, expiresAt }: { browserBinding: string; now: Date; expiresAt: Date },
  ): Promise<void> {
    const row = {
      id: digestOf(state),
      purpose,
      target,
      return_to: returnTo,
      binding_digest: digestOf(browserBinding),
      created_at: toTimestamp(now),
      expires_at: toTimestamp(expiresAt),
    };
    const sealed = this.box.seal(JSON.stringify(secrets), bindingOf(row));
    await this.database
      .insertInto('oauth_state')
      .values({ ...row, sealed })
      .execute();
  }

  /**
   * Takes a pending authorization away, once, and only for the browser that began it: a stranger who presents
   * its `state` leaves it as it is.
   */
  async consume(
    state: string,
    browserBinding: string,
    now: Date,
  ): Promise<PendingAuthorization | StateRefusal> {
    // In a transaction, so that a row that cannot be opened stays for whoever looks into that.
    const pending = await this.database.transaction().execute(async transaction => {
      const row = await transaction
        .deleteFrom('oauth_state')
        .where('id', '=', digestOf(state))
        .where('binding_digest', '=', digestOf(browserBinding))
        .where('expires_at', '>', toTimestamp(now))
        .returningAll()
        .executeTakeFirst();
      return row && this.toPending(row);
    });
    return pending ?? this.explainRefusal(state, now);
  }

  private async explainRefusal(state: string, now: Date): Promise<StateRefusal> {
    const row = await this.database
      .selectFrom('oauth_state')
      .select('expires_at')
      .where('id', '=', digestOf(state))
      .executeTakeFirst();
    if (!row) return 'unknown';
    return row.expires_at > toTimestamp(now) ? 'other-browser' : 'expired';
  }

  private toPending(row: Selectable<OauthStateTable>): PendingAuthorization {
    return {
      purpose: row.purpose,
      target: row.target,
      returnTo: row.return_to,
      secrets: JSON.parse(this.box.open(row.sealed, bindingOf(row))) as NodeSavedState,
    };
  }
}

function bindingOf(row: Omit<Selectable<OauthStateTable>, 'sealed'>): RowBinding {
  const { id, purpose, target, return_to, binding_digest, created_at, expires_at } = row;
  const facts = { purpose, target, return_to, binding_digest, created_at, expires_at };
  return { table: 'oauth_state', column: 'sealed', id, facts };
}
