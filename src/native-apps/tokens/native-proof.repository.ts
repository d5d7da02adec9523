import { Injectable } from '@nestjs/common';
import { digestOf } from '../../crypto/secret.ts';
import { Database } from '../../database/connection/database.ts';
import { wroteRow } from '../../database/connection/written-rows.ts';
import { PROOF_TOLERANCE_SECONDS, type CheckedProof } from '../../oauth/dpop/dpop-proof-check.ts';

/** After this time a proof is refused for its age, however wrong its clock is. */
const PROOF_LIFE_SECONDS = 2 * PROOF_TOLERANCE_SECONDS + 60;

/** The proofs that were used to get an answer again. Each is valid once, across all instances. */
@Injectable()
export class NativeProofRepository {
  constructor(private readonly database: Database) {}

  /** Consumes a proof. Returns whether it was unused. */
  async consume({ jkt, jti }: Pick<CheckedProof, 'jkt' | 'jti'>): Promise<boolean> {
    return wroteRow(
      this.database
        .insertInto('native_proof')
        .values({
          id: digestOf(JSON.stringify([jkt, jti])),
          expires_at: this.database.now(PROOF_LIFE_SECONDS),
        })
        .onConflict(conflict => conflict.column('id').doNothing()),
    );
  }
}
