import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerRefusal, BrokerUnreachable } from '../command/broker-api.ts';
import { CommandFailure, exitCodes } from '../command/command-failure.ts';
import type { CreatedKeyRequest, KeyRequestApi, KeyRequestState } from './key-request-api.ts';

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 5_000;
const MAX_PAUSE_IN_TROUBLE_MS = 30_000;
const RESPONSE_TIMEOUT_MS = 20_000;

/** Polls grow rarer the longer nothing happens. */
const PAUSE_GROWTH = 1.25;

/** Reports the progress of a key request, and stops the watch. */
export type RequestWatch = {
  readonly report: (status: string) => void;
  readonly signal: AbortSignal;
};

/** Resolves when the owner has authorized a key request. Throws as {@link untilOver} does. */
export function untilAuthorized(
  api: Pick<KeyRequestApi, 'find'>,
  request: CreatedKeyRequest,
  watch: RequestWatch,
): Promise<void> {
  return pollUntil(status => status === 'authorized', api, request, watch);
}

/**
 * Polls a key request until it ends. Retries while the broker is in trouble, until the request has expired.
 *
 * @throws CommandFailure if it is denied, expired or ended otherwise; rejects if `signal` is aborted
 */
export async function untilOver(
  api: Pick<KeyRequestApi, 'find'>,
  request: CreatedKeyRequest,
  watch: RequestWatch,
): Promise<never> {
  await pollUntil(() => false, api, request, watch);
  throw requestOver(request);
}

async function pollUntil(
  isDone: (status: KeyRequestState['status']) => boolean,
  api: Pick<KeyRequestApi, 'find'>,
  request: CreatedKeyRequest,
  { report, signal }: RequestWatch,
): Promise<void> {
  for (let pause = FIRST_PAUSE_MS; ;) {
    await sleep(pause, undefined, { signal });
    try {
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(RESPONSE_TIMEOUT_MS)]);
      const { status } = await api.find(request, inTime);
      if (isDone(status)) return;
      throwIfOver(status);
      pause = Math.min(pause * PAUSE_GROWTH, MAX_PAUSE_MS);
      report('Waiting for the owner to authorize');
    } catch (error) {
      signal.throwIfAborted();
      pause = pauseAfter(error, pause, request);
      report(`The broker doesn't answer. Trying again in ${Math.ceil(pause / 1000)} s`);
    }
  }
}

/** Explains a refused temp token. It ends with its request, so the time tells whether the request expired. */
export function requestOver({ expiresAt }: Pick<CreatedKeyRequest, 'expiresAt'>): CommandFailure {
  if (expiresAt <= new Date()) return expired();
  return new CommandFailure(
    'The request has ended: its owner denied it, or it was withdrawn.',
    exitCodes.denied,
  );
}

function throwIfOver(status: KeyRequestState['status']): void {
  switch (status) {
    case 'pending':
    case 'authorized':
      return;
    case 'denied':
      throw new CommandFailure('The owner denied the key.', exitCodes.denied);
    case 'expired':
      throw expired();
    case 'claimed':
      throw new CommandFailure(
        'The key was already claimed elsewhere. If that was not you, ask its owner to revoke it.',
        exitCodes.failed,
      );
  }
}

function expired(): CommandFailure {
  return new CommandFailure('The request has expired. Run the command again.', exitCodes.expired);
}

/** Returns the pause before the next try. Throws errors that a retry can't solve. */
function pauseAfter(error: unknown, pause: number, request: CreatedKeyRequest): number {
  if (error instanceof BrokerRefusal && (error.status === 401 || error.status === 404))
    throw requestOver(request);
  if (!isTrouble(error)) throw error;
  if (request.expiresAt <= new Date()) throw expired();
  const asked = error instanceof BrokerRefusal ? (error.retryAfter ?? 0) * 1000 : 0;
  return Math.max(asked, Math.min(pause * 2, MAX_PAUSE_IN_TROUBLE_MS));
}

/** Returns whether a retry may succeed: the broker is unreachable, in trouble, or rate limits. */
export function isTrouble(error: unknown): boolean {
  if (error instanceof BrokerRefusal) return error.status === 429 || error.status >= 500;
  return error instanceof BrokerUnreachable;
}
