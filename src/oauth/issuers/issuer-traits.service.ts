import { Injectable } from '@nestjs/common';
import { IssuerTraitRepository, type StoredTrait } from './issuer-trait.repository.ts';

const DAY_MS = 24 * 60 * 60_000;

/** An issuer may change its software, so what was learned of it is learned again. */
const LEARNED_AGAIN_AFTER_MS = 3 * DAY_MS;

/** What was learned this long ago proves nothing any more. */
const BELIEVED_MS = 14 * DAY_MS;

/** How far in the future a row may be, in milliseconds. Beyond that, one of two readings of the clock was wrong. */
const CLOCK_TOLERANCE_MS = 60_000;

/** No real origin is longer. */
const LONGEST_ISSUER = 512;

/** Knows how issuers treat tokens, as far as that was learned. */
@Injectable()
export class IssuerTraits {
  constructor(private readonly issuerTraitRows: IssuerTraitRepository) {}

  /**
   * Returns whether a rotation ends the old access token at once. Only then does a working access token prove that the
   * refresh token was not consumed. Returns undefined if that is not known.
   */
  async rotationEndsAccessToken(issuer: string): Promise<boolean | undefined> {
    const trait = await this.issuerTraitRows.find(issuer);
    return isYounger(trait, BELIEVED_MS) ? trait.rotationEndsAccessToken : undefined;
  }

  /** Returns whether the next rotation should be studied. */
  async isStudyDue(issuer: string): Promise<boolean> {
    if (issuer.length > LONGEST_ISSUER) return false;
    return !isYounger(await this.issuerTraitRows.find(issuer), LEARNED_AGAIN_AFTER_MS);
  }

  /** Stores what a rotation did to the old access token. */
  async noteRotation(issuer: string, rotationEndsAccessToken: boolean): Promise<void> {
    await this.issuerTraitRows.store(issuer, rotationEndsAccessToken);
    await this.issuerTraitRows.deleteBeyond();
  }
}

function isYounger(trait: StoredTrait | undefined, mostMs: number): trait is StoredTrait {
  return trait !== undefined && trait.ageMs >= -CLOCK_TOLERANCE_MS && trait.ageMs < mostMs;
}
