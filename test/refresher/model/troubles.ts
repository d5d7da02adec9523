import type { Effect } from '../../network/faults.ts';
import type { Trouble } from './refresh-road.ts';

const json = { 'content-type': 'application/json' };
const html = { 'content-type': 'text/html' };

/** The troubles of a refresh, by name. */
export const troubles = {
  'request reset': lost({ kind: 'reset', moment: 'before' }),
  'answer reset': lost({ kind: 'reset', moment: 'after' }),
  'answer cut': lost({ kind: 'cut' }),
  '503 before': empty(answer('before', 503, '<h1>Unavailable</h1>', html)),
  '503 after': empty(answer('after', 503, '<h1>Unavailable</h1>', html)),
  '408 after': empty(answer('after', 408, '')),
  'HTML with 200 after': lost(answer('after', 200, '<h1>Welcome</h1>', html)),
  '429': refused(429, 'slow_down', { 'retry-after': '5' }),
  invalid_client: refused(401, 'invalid_client'),
  invalid_grant: refused(400, 'invalid_grant'),
  use_dpop_nonce: refused(400, 'use_dpop_nonce', { 'dpop-nonce': 'of-nobody' }),
  'request twice': { kind: 'harmless', effect: { kind: 'twice' } },
  'request late': { kind: 'late' },
  'request held': { kind: 'held', moment: 'before' },
  'answer held': { kind: 'held', moment: 'after' },
} as const satisfies Record<string, Trouble>;

export type TroubleName = keyof typeof troubles;

export const troubleNames = Object.keys(troubles) as TroubleName[];

function lost(effect: Effect): Trouble {
  return { kind: 'lost', effect };
}

function empty(effect: Effect): Trouble {
  return { kind: 'empty', effect };
}

function refused(status: number, word: string, headers: Record<string, string> = {}): Trouble {
  const effect = answer('before', status, JSON.stringify({ error: word }), { ...json, ...headers });
  return { kind: 'refused', word, effect };
}

function answer(
  moment: 'before' | 'after',
  status: number,
  body: string,
  headers: Record<string, string> = {},
): Effect {
  return { kind: 'answer', moment, status, body, headers };
}
