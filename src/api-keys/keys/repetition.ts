import { digestOf } from '../../crypto/secret.ts';
import type { KeyRequestId } from '../../database/tables/id.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { keyChanged } from './api-key-refusals.ts';
import type { ApiKey } from './api-key.ts';

/** How long a request that issued a secret can be repeated, and the secret is kept. */
export const REPEATABLE_SECONDS = 5 * 60;

/** What makes a request the repetition of an earlier one: its id. With another fingerprint it is refused. */
export type Repetition = { readonly id: string; readonly fingerprint: string };

/** A rotation of a key, and what names it for a repetition. */
export type Rotation = {
  readonly graceSeconds: number;
  /** The caller's name for this rotation. */
  readonly idempotencyKey?: string | undefined;
  /** The beginning of the only secret that may be replaced. It names the rotation too. */
  readonly start?: string | undefined;
};

/** Returns the repetition of a claim. Temp token and claim code suffice for it, whatever the Idempotency-Key. */
export function claimRepetition(id: KeyRequestId, idempotencyKey: string | undefined): Repetition {
  return { id: digestOf(`claim/${id}`), fingerprint: digestOf(idempotencyKey ?? '') };
}

/** Returns the repetition of a rotation, or undefined if nothing names it. */
export function rotationRepetition(
  { id, did }: Pick<ApiKey, 'id' | 'did'>,
  { graceSeconds, idempotencyKey, start }: Rotation,
): Repetition | undefined {
  if (idempotencyKey !== undefined)
    return {
      id: digestOf(`rotation/${did}/${idempotencyKey}`),
      fingerprint: digestOf(`${id}/${graceSeconds}`),
    };
  if (start === undefined) return undefined;
  return { id: digestOf(`rotation/${id}/${start}`), fingerprint: digestOf(`${graceSeconds}`) };
}

/** Returns the error for a rotation whose name was used for another one. */
export function otherRotation({ idempotencyKey }: Rotation): BrokerError {
  return idempotencyKey === undefined ? keyChanged() : idempotencyKeyReused();
}

export function idempotencyKeyReused(): BrokerError {
  return new BrokerError(
    'IdempotencyKeyReused',
    'This Idempotency-Key was used for another request within the last five minutes. Send a new one.',
  );
}
