import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerRefusal, BrokerUnreachable } from '../command/broker-api.ts';
import { CommandFailure, exitCodes } from '../command/command-failure.ts';
import type { CreatedKeyRequest, KeyRequestApi, KeyRequestState } from './key-request-api.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_IN_TROUBLE_MS = 30_000;
const ANSWER_WITHIN_MS = 20_000;

/** The longer nothing happens, the seldomer is looked. */
const SLOWER = 1.25;

/** What is told of a key request while it is watched. */
export type RequestWatch = {
  readonly tell: (status: string) => void;
  readonly signal: AbortSignal;
};

/** Resolves when the owner has authorized a key request; throws as {@link untilOver} does. */
export function untilAuthorized(
  api: Pick<KeyRequestApi, 'find'>,
  request: CreatedKeyRequest,
  watch: RequestWatch,
): Promise<void> {
  return lookUntil(status => status === 'authorized', api, request, watch);
}

/**
 * Looks, now and then, how a key request is. A broker in trouble is asked again until the request has expired.
 *
 * @throws CommandFailure when it is denied, has expired or is over otherwise; rejects when `signal` is aborted
 */
export async function untilOver(
  api: Pick<KeyRequestApi, 'find'>,
  request: CreatedKeyRequest,
  watch: RequestWatch,
): Promise<never> {
  await lookUntil(() => false, api, request, watch);
  throw requestOver(request);
}

async function lookUntil(
  isEnough: (status: KeyRequestState['status']) => boolean,
  api: Pick<KeyRequestApi, 'find'>,
  request: CreatedKeyRequest,
  { tell, signal }: RequestWatch,
): Promise<void> {
  for (let pause = FIRST_PAUSE_MS; ;) {
    await sleep(pause, undefined, { signal });
    try {
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
      const { status } = await api.find(request, inTime);
      if (isEnough(status)) return;
      throwIfOver(status);
      pause = Math.min(pause * SLOWER, LONGEST_PAUSE_MS);
      tell('Waiting for the owner to authorize');
    } catch (error) {
      signal.throwIfAborted();
      pause = pauseAfter(error, pause, request);
      tell(`The broker does not answer; it is asked again in ${Math.ceil(pause / 1000)} s`);
    }
  }
}

/** A temp token ends with its request; what a refusal of it means, only the time tells. */
export function requestOver({ expiresAt }: Pick<CreatedKeyRequest, 'expiresAt'>): CommandFailure {
  if (expiresAt <= new Date()) return expired();
  return new CommandFailure('The request is over: its owner denied it, or it was ended.', exitCodes.denied);
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
      throw new CommandFailure('The key was claimed already, and not here.', exitCodes.failed);
  }
}

function expired(): CommandFailure {
  return new CommandFailure('The request has expired; ask again.', exitCodes.expired);
}

/** How long to wait after what went wrong; throws what no waiting helps against. */
function pauseAfter(error: unknown, pause: number, request: CreatedKeyRequest): number {
  if (error instanceof BrokerRefusal && (error.status === 401 || error.status === 404))
    throw requestOver(request);
  if (!isTrouble(error)) throw error;
  if (request.expiresAt <= new Date()) throw expired();
  const asked = error instanceof BrokerRefusal ? (error.retryAfter ?? 0) * 1000 : 0;
  return Math.max(asked, Math.min(pause * 2, LONGEST_PAUSE_IN_TROUBLE_MS));
}

/** Whether another try may do: the broker is away, in trouble, or asked too often. */
export function isTrouble(error: unknown): boolean {
  if (error instanceof BrokerRefusal) return error.status === 429 || error.status >= 500;
  return error instanceof BrokerUnreachable;
}
