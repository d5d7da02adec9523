import type { IncomingHttpHeaders } from 'node:http';
import { hasDigest } from '../../crypto/secret.ts';
import type { AttestationFlaw } from '../../observability/metrics/metrics-labels.ts';
import type { NativeApp } from '../registry/native-app.ts';

/** Returns the flaw of the attestation that an app's requests must carry, or undefined if there is none. */
export function findAttestationFlaw(
  { attestation }: Pick<NativeApp, 'attestation'>,
  headers: IncomingHttpHeaders,
): AttestationFlaw | undefined {
  if (!attestation) return undefined;
  const presented = headers[attestation.header];
  if (presented === undefined) return 'missing';
  return typeof presented === 'string' && hasDigest(presented, attestation.digest) ? undefined : 'wrong';
}
