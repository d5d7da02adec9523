import { setTimeout as sleep } from 'node:timers/promises';
import type { IssuedApiKeyView } from '../../api-keys/keys/api-key-view.ts';
import { BrokerRefusal } from '../command/broker-api.ts';
import { CommandFailure, exitCodes } from '../command/command-failure.ts';
import { isTrouble, requestOver } from './key-authorization.ts';
import type { CreatedKeyRequest, KeyRequestApi } from './key-request-api.ts';

/** The broker ends a request after this many wrong codes. */
const MAX_CODES = 5;

/**
 * Tries per code while the broker is in trouble. The pause between them doubles. If only a response was lost, the broker
 * returns the same key again for five minutes.
 */
const MAX_TRIES = 6;
const FIRST_PAUSE_MS = 500;

export type ClaimOptions = {
  /** Waits for the next code. */
  readonly nextCode: () => Promise<string>;
  /** Called with the broker's message about a wrong code, which says how many tries are left. */
  readonly onWrong: (message: string) => void;
};

/**
 * Claims a key with one code after another, until one is right.
 *
 * @throws CommandFailure after five wrong codes, and if the request has ended
 */
export async function claimKey(
  api: Pick<KeyRequestApi, 'claim'>,
  request: CreatedKeyRequest,
  { nextCode, onWrong }: ClaimOptions,
): Promise<IssuedApiKeyView> {
  for (let wrong = 0; wrong < MAX_CODES; wrong++) {
    const claimed = await claimWith(api, request, await nextCode());
    if (!(claimed instanceof BrokerRefusal)) return claimed;
    onWrong(claimed.message);
  }
  throw new CommandFailure(
    'The code was wrong five times, so the request has ended. Run the command again.',
    exitCodes.wrongCode,
  );
}

/** Returns the key, or the refusal of a wrong code. */
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
      if (!isTrouble(error) || tries === MAX_TRIES) throw error;
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

/** The first response was lost more than five minutes ago, and may have held the key. */
function maybeClaimed(): CommandFailure {
  return new CommandFailure(
    "The broker's response was lost, and the key may have been made. Ask its owner to revoke it, and run the command again.",
    exitCodes.failed,
  );
}
