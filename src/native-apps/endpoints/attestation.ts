import type { IncomingHttpHeaders } from 'node:http';
import { hasDigest } from '../../crypto/secret.ts';
import type { AttestationFlaw } from '../../observability/metrics/metrics-labels.ts';
import type { NativeApp } from '../registry/native-app.ts';

/** Returns what is wrong with the header that an app's requests have to carry; `undefined` where nothing is. */
export function findAttestationFlaw(
  { attestation }: Pick<NativeApp, 'attestation'>,
  headers: IncomingHttpHeaders,
): AttestationFlaw | undefined {
  if (!attestation) return undefined;
  const shown = headers[attestation.header];
  if (shown === undefined) return 'missing';
  return typeof shown === 'string' && hasDigest(shown, attestation.digest) ? undefined : 'wrong';
}
