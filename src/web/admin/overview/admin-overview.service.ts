import { Injectable } from '@nestjs/common';
import {
  type BackgroundState,
  BackgroundStates,
} from '../../../background/states/background-states.service.ts';
import { Config } from '../../../config/config.ts';
import type { SessionStatus } from '../../../database/tables/oauth-session.ts';
import { Instances } from '../../../leases/instances/instances.service.ts';
import { Degradations } from '../../../observability/degradations.ts';
import type { DegradationReason } from '../../../observability/metrics/metrics-labels.ts';
import {
  type RestoredCounts,
  RestoredSessions,
} from '../../../sessions/rollback/restored-sessions.service.ts';
import { SessionListing } from '../../../sessions/operator/session-listing.service.ts';
import type { SessionView } from '../../../sessions/operator/session-view.ts';

const SHOWN_OF_EACH = 5;
const INSTANCES_LOOKED_AT = 500;

/** The first few sessions that need attention for one reason. */
export type Concern = {
  readonly kind: 'needs_check' | 'needs_reauth' | 'revoking' | 'troubled';
  readonly sessions: readonly SessionView[];
  readonly hasMore: boolean;
};

/** The broker's condition, at a glance. */
export type Overview = {
  readonly counts: Readonly<Record<SessionStatus, number>>;
  readonly concerns: readonly Concern[];
  /** The reasons for which this instance leaves part of its work undone. */
  readonly degraded: readonly DegradationReason[];
  readonly silentInstances: number;
  readonly background: BackgroundState;
  /** What became of the sessions of a restored database, as long as it matters. */
  readonly restored: RestoredCounts | undefined;
  /** The setting that accepts a restore is left set. */
  readonly isAcceptanceLeft: boolean;
};

/** Gathers the contents of the overview. */
@Injectable()
export class AdminOverview {
  constructor(
    private readonly sessionListing: SessionListing,
    private readonly backgroundStates: BackgroundStates,
    private readonly instances: Instances,
    private readonly degradations: Degradations,
    private readonly restoredSessions: RestoredSessions,
    private readonly config: Config,
  ) {}

  async read(): Promise<Overview> {
    const [counts, background, silentInstances, restored, ...concerns] = await Promise.all([
      this.backgroundStates.countSessions(),
      this.backgroundStates.getState(),
      this.countSilentInstances(),
      this.restoredSessions.count(),
      this.concern('needs_check', { status: 'needs_check' }),
      this.concern('troubled', { troubled: true, status: 'active' }),
      this.concern('needs_reauth', { status: 'needs_reauth' }),
      this.concern('revoking', { status: 'revoking' }),
    ]);
    return {
      counts,
      background,
      silentInstances,
      restored,
      isAcceptanceLeft: this.config.acceptedRestore !== undefined,
      degraded: this.degradations.list(),
      concerns: concerns.filter(({ sessions }) => sessions.length > 0),
    };
  }

  private async countSilentInstances(): Promise<number> {
    const { instances } = await this.instances.list({ limit: INSTANCES_LOOKED_AT });
    return instances.filter(({ state }) => state === 'silent').length;
  }

  private async concern(
    kind: Concern['kind'],
    query: { status: SessionStatus; troubled?: boolean },
  ): Promise<Concern> {
    const { sessions } = await this.sessionListing.list({ ...query, limit: SHOWN_OF_EACH + 1 });
    const shown = sessions.slice(0, SHOWN_OF_EACH);
    return { kind, sessions: shown, hasMore: sessions.length > SHOWN_OF_EACH };
  }
}
