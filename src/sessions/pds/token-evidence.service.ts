import { Injectable } from '@nestjs/common';
import { ClockGuard } from '../../leases/clock/clock-guard.service.ts';
import { AccountIssuers } from '../../oauth/issuers/account-issuers.service.ts';
import { IssuerTraits } from '../../oauth/issuers/issuer-traits.service.ts';
import type { TokenFacts } from '../../single-use/use-decision.ts';
import { databaseTime, type LiveSession } from '../stored/session.cache.ts';
import { hasLifeLeft } from '../stored/token-life.ts';
import { PdsRequests } from './pds-requests.service.ts';
import { TokenProbe } from './token-probe.service.ts';

/** What the access token of a session tells about its refresh token, and what was learned of its issuer. */
type FoundEvidence = Pick<TokenFacts, 'evidence' | 'rotationEndsAccessToken'>;

/** Finds out what the access token of a session tells about its refresh token. */
@Injectable()
export class TokenEvidence {
  constructor(
    private readonly accountIssuers: AccountIssuers,
    private readonly issuerTraits: IssuerTraits,
    private readonly tokenProbe: TokenProbe,
    private readonly pdsRequests: PdsRequests,
    private readonly clockGuard: ClockGuard,
  ) {}

  /**
   * Asks the PDS of the account's current DID document, as a refresh does, whether it accepts the access token. A refusal
   * proves nothing after the token expired, by a clock that is not trusted, and at another PDS than the token's.
   */
  async find(session: LiveSession): Promise<FoundEvidence> {
    const pds = await this.accountIssuers.findPds(session.did).catch(() => undefined);
    const verdict = pds === undefined ? 'unknown' : await this.tokenProbe.probeToken({ ...session, pds });
    if (pds === undefined || verdict === 'unknown') return found('unknown');
    if (verdict === 'alive')
      return found('accepted', await this.issuerTraits.rotationEndsAccessToken(session.issuer));
    const clocks = [databaseTime(session), this.pdsRequests.now(pds)];
    const isProof = pds === session.pds && this.clockGuard.isTrusted() && hasLifeLeft(session, clocks);
    return found(isProof ? 'refused' : 'refused-after-expiry');
  }
}

function found(evidence: FoundEvidence['evidence'], rotationEndsAccessToken?: boolean): FoundEvidence {
  return { evidence, rotationEndsAccessToken };
}
