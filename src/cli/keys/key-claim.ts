import { setTimeout as sleep } from 'node:timers/promises';
import type { IssuedApiKeyView } from '../../api-keys/keys/api-key-view.ts';
import { BrokerRefusal } from '../command/broker-api.ts';
import { CommandFailure, exitCodes } from '../command/command-failure.ts';
import { isTrouble, requestOver } from './key-authorization.ts';
import type { CreatedKeyRequest, KeyRequestApi } from './key-request-api.ts';

/** So many codes a broker looks at. */
const MOST_CODES = 5;

/** A broker in trouble is asked again so often, after a pause that doubles. */
const MOST_TRIES = 6;
const FIRST_PAUSE_MS = 500;

export type ClaimOptions = {
  /** Waits for the next code. */
  readonly nextCode: () => Promise<string>;
  /** Told what the broker says to a wrong code, how many tries are left among it. */
  readonly onWrong: (message: string) => void;
};

/**
 * Claims a key with one code after the other, until one is right.
 *
 * @throws CommandFailure after five wrong ones, and when the request is over
 */
export async function claimKey(
  api: Pick<KeyRequestApi, 'claim'>,
  request: CreatedKeyRequest,
  { nextCode, onWrong }: ClaimOptions,
): Promise<IssuedApiKeyView> {
  for (let wrong = 0; wrong < MOST_CODES; wrong++) {
    const answer = await claimWith(api, request, await nextCode());
    if (!(answer instanceof BrokerRefusal)) return answer;
    onWrong(answer.message);
  }
  throw new CommandFailure('The code was wrong five times: the request is over.', exitCodes.wrongCode);
}

/** Returns the key, or how a wrong code was refused. */
async function claimWith(
  api: Pick<KeyRequestApi, 'claim'>,
  request: CreatedKeyRequest,
  code: string,
): Promise<IssuedApiKeyView | BrokerRefusal> {
  let pause = FIRST_PAUSE_MS;
  for (let tries = 1; ; tries++) {
    try {
      return await api.claim(request, code);
    } catch (error) {
      if (error instanceof BrokerRefusal && error.code === 'WrongClaimCode') return error;
      if (isOver(error)) throw tries > 1 ? maybeClaimed() : requestOver(request);
      if (!isTrouble(error) || tries === MOST_TRIES) throw error;
      await sleep(Math.max(pause, retryAfterOf(error)));
      pause *= 2;
    }
  }
}

function isOver(error: unknown): boolean {
  const codes = ['InvalidToken', 'KeyRequestEnded'];
  return error instanceof BrokerRefusal && codes.includes(error.code ?? '');
}

function retryAfterOf(error: unknown): number {
  return error instanceof BrokerRefusal ? (error.retryAfter ?? 0) * 1000 : 0;
}

/** The first answer was lost, and may have held the key. */
function maybeClaimed(): CommandFailure {
  return new CommandFailure(
    'The answer of the broker was lost, and the key may have been made: have it revoked, and ask again.',
    exitCodes.failed,
  );
}
