import { Injectable } from '@nestjs/common';
import { Database } from '../../database/connection/database.ts';

/** How many issuers are remembered. Strangers name issuers, so their number needs a limit. */
const MOST_ISSUERS = 10_000;

/** A trait, and its age by the database's clock. */
export type StoredTrait = { readonly rotationEndsAccessToken: boolean; readonly ageMs: number };

/** What was learned of issuers, shared by all instances. */
@Injectable()
export class IssuerTraitRepository {
  constructor(private readonly database: Database) {}

  async find(issuer: string): Promise<StoredTrait | undefined> {
    const row = await this.database
      .selectFrom('issuer_trait')
      .select(['rotation_ends_access_token', 'learned_at', this.database.now().as('read_at')])
      .where('issuer', '=', issuer)
      .executeTakeFirst();
    return (
      row && {
        rotationEndsAccessToken: row.rotation_ends_access_token === 1,
        ageMs: Date.parse(row.read_at) - Date.parse(row.learned_at),
      }
    );
  }

  async store(issuer: string, rotationEndsAccessToken: boolean): Promise<void> {
    const learned = {
      rotation_ends_access_token: rotationEndsAccessToken ? 1 : 0,
      learned_at: this.database.now(),
    } as const;
    await this.database
      .insertInto('issuer_trait')
      .values({ issuer, ...learned })
      .onConflict(conflict => conflict.column('issuer').doUpdateSet(learned))
      .execute();
  }

  /** Deletes the rows beyond the newest 10,000. Served by the index on `learned_at`. */
  async deleteBeyond(most = MOST_ISSUERS): Promise<void> {
    await this.database
      .deleteFrom('issuer_trait')
      .where('issuer', 'in', select =>
        select
          .selectFrom('issuer_trait')
          .select('issuer')
          .orderBy('learned_at', 'desc')
          .orderBy('issuer')
          .limit(1_000)
          .offset(most),
      )
      .execute();
  }
}
