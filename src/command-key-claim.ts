import { setTimeout as sleep } from 'node:timers/promises';
import type { IssuedApiKeyView } from './api-keys/api-key-view.ts';
import { BrokerRefusal } from './command-broker-api.ts';
import type { Codes } from './command-codes.ts';
import { CommandFailure, exitCodes } from './command-failure.ts';
import { isTrouble, requestOver } from './command-key-authorization.ts';
import type { CreatedKeyRequest, KeyRequestApi } from './command-key-request-api.ts';
import type { StatusLine } from './command-status-line.ts';

/** So many codes a broker looks at. */
const MOST_CODES = 5;

/** A broker in trouble is asked again so often, and after so long. */
const MOST_TRIES = 5;
const FIRST_PAUSE_MS = 500;

/**
 * Claims a key with the codes that come in, until one is right.
 *
 * @throws CommandFailure after so many wrong ones, and when the request is over; rejects when `signal` is aborted while
 *   a code is awaited
 */
export async function claimKey(
  api: Pick<KeyRequestApi, 'claim'>,
  request: CreatedKeyRequest,
  { codes, line, signal }: { codes: Codes; line: StatusLine; signal: AbortSignal },
): Promise<IssuedApiKeyView> {
  for (let wrong = 0; wrong < MOST_CODES; ) {
    const code = await codes.take(signal);
    const refusal = await claimWith(api, request, code);
    if (!(refusal instanceof BrokerRefusal)) return refusal;
    wrong++;
    line.note(`${refusal.message}`);
  }
  throw new CommandFailure('Too many wrong codes: the request is over. Ask again.', exitCodes.wrongCode);
}
