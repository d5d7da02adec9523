import { isInCheck } from '../stored/session-standing.ts';
import type { TokenVerdict } from '../pds/token-probe.service.ts';

/** What happens to a session in check for which no journal has a newer state. */
export type CheckDecision =
  | 'wait'
  /** Ask the PDS whether it accepts the access token, then decide again. */
  | 'probe'
  /** Nothing newer exists: the issuer would have ended this access token. */
  | 'release'
  /** Its newest tokens are lost. */
  | 'needs-owner';

/**
 * Decides about a session in check.
 *
 * @param now the database's time
 */
export function decideCheck(
  { rolledBackAt }: { readonly rolledBackAt: Date | null },
  now: Date,
  verdict?: TokenVerdict,
): CheckDecision {
  if (isInCheck({ rolledBackAt }, now) || verdict === 'unknown') return 'wait';
  if (verdict === undefined) return 'probe';
  return verdict === 'alive' ? 'release' : 'needs-owner';
}
