import type { Issuer } from '../network/issuer.ts';
import type { Machine } from '../world/machine.ts';
import type { ReadRow } from '../world/row-reader.ts';
import { describePlace, placeOf } from './answer-places.ts';

/** LATCHKEY_SPOOL_PATIENCE. */
export const PATIENCE_MS = 60 * 60_000;

/** The others count from the last heartbeat, which was a little earlier. */
const HEARTBEAT_MS = 2 * 60_000;

/** Returns since when a machine or its process has been away, by the true time. */
export function awayOf({ awaySince, process }: Machine): number | undefined {
  return awaySince ?? process?.heldSince;
}

/**
 * Returns what is wrong with a session that was given up as `response_lost`: its answer is at a process or on a disk that
 * has been away for less than the patience, and will return.
 */
export function findGivenUp(
  { row, refreshToken }: ReadRow,
  { issuers, machines, now }: { issuers: readonly Issuer[]; machines: readonly Machine[]; now: number },
): string | undefined {
  if (row.reason !== 'response_lost' || refreshToken === undefined) return undefined;
  const issuer = issuers.find(({ origin }) => origin === row.issuer);
  const answer = issuer?.grantOf(refreshToken)?.answers.get(refreshToken);
  if (!answer || answer.rollback) return undefined;
  const place = placeOf(answer, machines);
  const since =
    place.kind === 'disk'
      ? awayOf(place.machine)
      : place.kind === 'process'
        ? place.process.heldSince
        : undefined;
  if (since === undefined || now - since > PATIENCE_MS - HEARTBEAT_MS) return undefined;
  return `the session ${row.id} is given up, and its answer is at ${describePlace(place)}`;
}
