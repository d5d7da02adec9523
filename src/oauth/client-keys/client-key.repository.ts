import { Injectable } from '@nestjs/common';
import type { JWK } from 'jose';
import type { Expression, ExpressionBuilder, Kysely, Selectable, SqlBool } from 'kysely';
import { SealedJson } from '../../crypto/sealed-json.ts';
import type { RowBinding } from '../../crypto/row-binding.ts';
import { SealedBox } from '../../crypto/sealed-box.ts';
import { Database } from '../../database/connection/database.ts';
import { wroteRow } from '../../database/connection/written-rows.ts';
import type { Schema } from '../../database/tables/schema.ts';
import type { ClientKeyTable } from '../../database/tables/client-key.ts';
import { toDate } from '../../database/tables/timestamp.ts';
import type { NativeAppId } from '../../database/tables/id.ts';
import {
  APP_SESSIONS_END_WITHIN_SECONDS,
  type ClientKeyLife,
  LOGINS_END_WITHIN_SECONDS,
  PUBLISHED_BEFORE_SIGNING_MS,
} from './client-key-life.ts';

/** The owner of client keys: a native app's id, or `null` for the broker. */
export type KeyOwner = NativeAppId | null;

/** The life of a key, and the database's time when it was read. */
export type ClientKeyReading = ClientKeyLife & { readonly readAt: Date };

/** A client key with its opened private JWK. */
export type StoredClientKey = ClientKeyReading & { readonly privateJwk: JWK };

/** `active_at` of a key that is not activated. */
const NOT_ACTIVATED = '9999-12-31T23:59:59.999Z';

/** Sessions with these statuses still need their key: for a refresh or for the revocation. */
const NEEDING_STATUSES = ['active', 'needs_check', 'needs_reauth', 'revoking'] as const;

type LifeRow = Omit<Selectable<ClientKeyTable>, 'sealed'> & { read_at: string };

/** Sealed client keys of the broker and its native apps, shared by all instances. Each call concerns one owner. */
@Injectable()
export class ClientKeyRepository {
  private readonly sealedJwk: SealedJson<JWK>;

  constructor(
    private readonly database: Database,
    box: SealedBox,
  ) {
    this.sealedJwk = new SealedJson(box);
  }

  /**
   * Lists every key with its secret, newest activation first.
   *
   * @throws BrokerError `SealedRowUnreadable`
   */
  async list(owner: KeyOwner): Promise<StoredClientKey[]> {
    const rows = await this.selectLives(owner).select('sealed').execute();
    return rows.map(row => ({
      ...toLife(row),
      privateJwk: this.sealedJwk.open(row.sealed, sealBinding(row)),
    }));
  }

  /** Lists every key without its secret, newest activation first. */
  async listLives(owner: KeyOwner): Promise<ClientKeyReading[]> {
    return (await this.selectLives(owner).execute()).map(toLife);
  }

  /**
   * Lists the kids that the JWKS must contain. A retired key stays while a session or an unfinished login needs it.
   * Sessions of native apps are not stored here, so an app's key stays for the longest life of a session.
   */
  async listPublishedKids(owner: KeyOwner): Promise<string[]> {
    const needed = owner === null ? LOGINS_END_WITHIN_SECONDS : APP_SESSIONS_END_WITHIN_SECONDS;
    const rows = await this.database
      .selectFrom('client_key')
      .select('kid')
      .where(eb => isOwnedBy(owner, eb))
      .where(eb =>
        eb.or([
          eb('retired_at', 'is', null),
          eb('retired_at', '>', this.database.now(-needed)),
          eb.exists(
            eb
              .selectFrom('oauth_session')
              .select('oauth_session.id')
              .whereRef('oauth_session.kid', '=', 'client_key.kid')
              .where('oauth_session.status', 'in', NEEDING_STATUSES),
          ),
        ]),
      )
      .execute();
    return rows.map(({ kid }) => kid);
  }

  /** Counts the sessions that need each key, by kid. A native app's sessions count by their remembered refresh tokens. */
  async countSessions(owner: KeyOwner): Promise<ReadonlyMap<string, number>> {
    const rows = await (owner === null ? this.countOwnSessions() : this.countRememberedTokens(owner));
    return new Map(rows.map(({ kid, sessions }) => [kid ?? '', Number(sessions)]));
  }

  private countOwnSessions() {
    return this.database
      .selectFrom('oauth_session')
      .select(['kid', ({ fn }) => fn.countAll<number | string>().as('sessions')])
      .where('kid', 'is not', null)
      .where('status', 'in', NEEDING_STATUSES)
      .groupBy('kid')
      .execute();
  }

  private countRememberedTokens(owner: NativeAppId) {
    return this.database
      .selectFrom('native_refresh')
      .select(['kid', ({ fn }) => fn.countAll<number | string>().as('sessions')])
      .where('app_id', '=', owner)
      .where('jkt', '!=', '')
      .where('sealed', 'is', null)
      .where('expires_at', '>', this.database.now())
      .groupBy('kid')
      .execute();
  }

  /** Stores a published key, activated at once if `active` is set. */
  async insert(
    privateJwk: JWK & { kid: string },
    { owner, active }: { owner: KeyOwner; active: boolean },
    database: Kysely<Schema> = this.database,
  ): Promise<void> {
    const { kid } = privateJwk;
    const now = this.database.now();
    const sealed = this.sealedJwk.seal(privateJwk, sealBinding({ kid, app: owner }));
    await database
      .insertInto('client_key')
      .values({
        kid,
        app: owner,
        sealed,
        created_at: now,
        published_at: now,
        active_at: active ? now : NOT_ACTIVATED,
        retired_at: null,
      })
      .execute();
  }

  /** Activates a key that was published 20 minutes ago or earlier. Returns whether this call did. */
  async activate(kid: string, owner: KeyOwner, database: Kysely<Schema>): Promise<boolean> {
    return wroteRow(
      database
        .updateTable('client_key')
        .set({ active_at: this.database.now() })
        .where('kid', '=', kid)
        .where(eb => isOwnedBy(owner, eb))
        .where('active_at', '=', NOT_ACTIVATED)
        .where('published_at', '<=', this.database.now(-PUBLISHED_BEFORE_SIGNING_MS / 1000))
        .where('retired_at', 'is', null),
    );
  }

  /** Retires a key that never was active, or beside which another is. Returns whether this call did. */
  async retire(kid: string, owner: KeyOwner, database: Kysely<Schema>): Promise<boolean> {
    const now = this.database.now();
    return wroteRow(
      database
        .updateTable('client_key')
        .set({ retired_at: now })
        .where('kid', '=', kid)
        .where(eb => isOwnedBy(owner, eb))
        .where('retired_at', 'is', null)
        .where(eb =>
          eb.or([
            eb('active_at', '=', NOT_ACTIVATED),
            eb.exists(
              eb
                .selectFrom('client_key as other')
                .select('other.kid')
                .where('other.kid', '!=', kid)
                .whereRef('other.app', 'is not distinct from', 'client_key.app')
                .where('other.active_at', '!=', NOT_ACTIVATED)
                .where('other.retired_at', 'is', null),
            ),
          ]),
        ),
    );
  }

  /** Deletes every key of a removed native app. */
  async deleteOfApp(owner: NativeAppId, database: Kysely<Schema>): Promise<void> {
    await database.deleteFrom('client_key').where('app', '=', owner).execute();
  }

  private selectLives(owner: KeyOwner) {
    return this.database
      .selectFrom('client_key')
      .select(['kid', 'app', 'created_at', 'published_at', 'active_at', 'retired_at'])
      .select(this.database.now().as('read_at'))
      .where(eb => isOwnedBy(owner, eb))
      .orderBy('active_at', 'desc')
      .orderBy('published_at', 'desc')
      .orderBy('kid');
  }
}

function isOwnedBy(owner: KeyOwner, eb: ExpressionBuilder<Schema, 'client_key'>): Expression<SqlBool> {
  return owner === null ? eb('app', 'is', null) : eb('app', '=', owner);
}

function toLife(row: LifeRow): ClientKeyReading {
  return {
    kid: row.kid,
    publishedAt: new Date(row.published_at),
    activeAt: row.active_at === NOT_ACTIVATED ? null : new Date(row.active_at),
    retiredAt: toDate(row.retired_at),
    readAt: new Date(row.read_at),
  };
}

function sealBinding({ kid, app }: { kid: string; app: string | null }): RowBinding {
  return { table: 'client_key', column: 'sealed', id: kid, facts: { app } };
}
