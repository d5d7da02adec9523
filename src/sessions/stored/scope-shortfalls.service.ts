import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.ts';
import { isGrantable } from '../../oauth/scopes/key-scope.ts';
import { PermissionSets } from '../../oauth/scopes/permission-sets.service.ts';
import { scopeShortfall } from '../../oauth/scopes/scopes.ts';
import { Log } from '../../observability/log/log.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import type { GrantMoment } from '../../observability/metrics/metrics-labels.ts';
import { askedScopeOf, type Session } from './session.ts';

/** The scopes of a session: asked for, and granted. */
export type ScopedSession = Pick<Session, 'purpose' | 'scope' | 'askedScope'>;

/** Reports sessions that were granted less than is wanted. No session ends because of it. */
@Injectable()
export class ScopeShortfalls {
  constructor(
    private readonly config: Config,
    private readonly permissionSets: PermissionSets,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /**
   * Returns the scope that is wanted of a session. For a browser it is the configured scope. For a key it is the scope
   * that its owner was asked for, without parts that keys may no longer be given: issuers would refuse undeclared ones.
   */
  wantedScope(session: ScopedSession): string {
    if (session.purpose === 'ui') return this.config.scope;
    const asked = askedScopeOf(session).split(' ');
    return asked.filter(part => isGrantable(part, this.config)).join(' ');
  }

  /** Returns the parts of the wanted scope that were not granted. */
  missingParts(session: ScopedSession): string[] {
    return scopeShortfall(session.scope, this.wantedScope(session), this.permissionSets);
  }

  /** Reports the shortfall of a session that was just granted. */
  reportGrant(session: Pick<Session, 'id' | 'did'> & ScopedSession, at: GrantMoment): void {
    this.report(session, this.missingParts(session), at);
  }

  /** Reports the shortfall of a session whose refresh was granted `scope`, and what changed by that. */
  reportRefresh(session: Pick<Session, 'id' | 'did'> & ScopedSession, scope: string): void {
    const { id: sessionId, did } = session;
    const shortfall = this.missingParts({ ...session, scope });
    if (scope === session.scope) {
      if (shortfall.length > 0) this.metrics.scopes.scopeFellShort('refresh');
      return;
    }
    const [lost, gained] = [without(session.scope, scope), without(scope, session.scope)];
    if (lost !== '' || gained !== '') this.log.scopeChanged({ did, sessionId, lost, gained });
    this.report(session, shortfall, 'refresh');
  }

  private report(
    { id: sessionId, did }: Pick<Session, 'id' | 'did'>,
    shortfall: readonly string[],
    at: GrantMoment,
  ): void {
    if (shortfall.length === 0) return;
    this.metrics.scopes.scopeFellShort(at);
    this.log.scopeFellShort({ did, sessionId, at, missing: shortfall.join(' ') });
  }
}

function without(scope: string, other: string): string {
  const others = new Set(other.split(' '));
  return scope
    .split(' ')
    .filter(part => !others.has(part))
    .join(' ');
}
