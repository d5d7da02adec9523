import { Injectable } from '@nestjs/common';
import { Log } from '../../observability/log/log.ts';
import { IssuerTraits } from '../../oauth/issuers/issuer-traits.service.ts';
import { runWithin } from '../../waiting/run-within.ts';
import { Shutdown } from '../../waiting/shutdown.service.ts';
import { databaseTime, isLive, type LiveSession, SessionCache } from '../stored/session.cache.ts';
import { hasLifeLeft } from '../stored/token-life.ts';
import { PdsRequests } from './pds-requests.service.ts';
import { TokenProbe, type TokenVerdict } from './token-probe.service.ts';

/** A study is never urgent: the next refresh of the issuer can begin it too. */
const MOST_STUDIES = 2;

/** How long a PDS may take to answer. */
const PATIENCE_MS = 10_000;

/** Learns from rotations whether they end the old access token. */
@Injectable()
export class RotationStudy {
  private readonly studied = new Set<string>();

  constructor(
    private readonly issuerTraits: IssuerTraits,
    private readonly tokenProbe: TokenProbe,
    private readonly pdsRequests: PdsRequests,
    private readonly sessionCache: SessionCache,
    private readonly shutdown: Shutdown,
    private readonly log: Log,
  ) {}

  /**
   * Studies a rotation in the background if its issuer was not studied for some days.
   *
   * @param replaced the session as it was before its rotation
   */
  beginStudy(replaced: LiveSession): void {
    const { issuer } = replaced;
    if (this.shutdown.signal.aborted || this.studied.size >= MOST_STUDIES || this.studied.has(issuer)) return;
    this.studied.add(issuer);
    void this.study(replaced)
      .catch((error: unknown) => {
        if (!this.shutdown.signal.aborted) this.log.databaseFailed(error);
      })
      .finally(() => this.studied.delete(issuer));
  }

  private async study(replaced: LiveSession): Promise<void> {
    if (!(await this.issuerTraits.isStudyDue(replaced.issuer))) return;
    const verdict = await this.probe(replaced);
    // A token that expired meanwhile was not ended by the rotation.
    const clocks = [databaseTime(replaced), this.pdsRequests.now(replaced.pds)];
    if (verdict === 'unknown' || !hasLifeLeft(replaced, clocks)) return;
    if (verdict === 'dead' && !(await this.isRenewed(replaced))) return;
    await this.issuerTraits.noteRotation(replaced.issuer, verdict === 'dead');
  }

  /** Returns whether the same PDS accepts the new token: one that refuses every token ended none. */
  private async isRenewed({ id, generation, pds }: LiveSession): Promise<boolean> {
    const renewed = await this.sessionCache.reload(id);
    if (!isLive(renewed) || renewed.generation <= generation || renewed.pds !== pds) return false;
    return (await this.probe(renewed)) === 'alive';
  }

  private async probe(session: LiveSession): Promise<TokenVerdict> {
    const verdict = await runWithin(PATIENCE_MS, this.shutdown.signal, over =>
      this.tokenProbe.probeToken(session, over),
    );
    return verdict ?? 'unknown';
  }
}
