import { Injectable } from '@nestjs/common';
import type { NodeSavedState } from '@atproto/oauth-client-node';
import type { Selectable } from 'kysely';
import { SealedJson } from '../../crypto/sealed-json.ts';
import type { RowBinding } from '../../crypto/row-binding.ts';
import { SealedBox } from '../../crypto/sealed-box.ts';
import { digestOf } from '../../crypto/secret.ts';
import { Database } from '../../database/connection/database.ts';
import type { StatePurpose, OauthStateTable } from '../../database/tables/oauth-state.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';

/** The purpose of an authorization, and the address to return to. */
export type AuthorizationIntent = {
  readonly purpose: StatePurpose;
  /** The id of the key request or of the session to reconnect. */
  readonly target: string | null;
  readonly returnTo: string;
};

/** The library's state, and the client id if it is not the broker's usual one. */
export type AuthorizationSecrets = NodeSavedState & { readonly clientId?: string | undefined };

export type PendingAuthorization = AuthorizationIntent & { readonly secrets: AuthorizationSecrets };

/** The reason why a state cannot be consumed. */
export type StateRefusal = 'unknown' | 'expired' | 'other-browser';

/** Stores pending authorizations, by the digest of their `state`. */
@Injectable()
export class OAuthStateRepository {
  private readonly sealedState: SealedJson<AuthorizationSecrets>;

  constructor(
    private readonly database: Database,
    box: SealedBox,
  ) {
    this.sealedState = new SealedJson(box);
  }

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
    const sealed = this.sealedState.seal(secrets, sealBinding(row));
    await this.database
      .insertInto('oauth_state')
      .values({ ...row, sealed })
      .execute();
  }

  /**
   * Deletes a pending authorization and returns it, but only to the browser that began it. A `state` from another
   * browser changes nothing.
   *
   * @throws BrokerError `SealedRowUnreadable`
   */
  async consume(
    state: string,
    browserBinding: string,
    now: Date,
  ): Promise<PendingAuthorization | StateRefusal> {
    // The transaction keeps an unreadable row for the operator's investigation.
    const pending = await this.database.transact(async transaction => {
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
      secrets: this.sealedState.open(row.sealed, sealBinding(row)),
    };
  }
}

function sealBinding(row: Omit<Selectable<OauthStateTable>, 'sealed'>): RowBinding {
  const { id, purpose, target, return_to, binding_digest, created_at, expires_at } = row;
  const facts = { purpose, target, return_to, binding_digest, created_at, expires_at };
  return { table: 'oauth_state', column: 'sealed', id, facts };
}
