import type { Stoppable } from '../../../test/network/started.ts';

/** A proxy in a process of its own that has one session or many, and what its callers send it. */
export type Contender = Stoppable & {
  name: string;
  pid: number;
  url: string;
  headers: Record<string, string>;
  cookies: string[];
};

/** What a small query is called by. */
export const queryPath = '/xrpc/app.bsky.actor.getProfile?actor=did%3Aplc%3Aaaaaaaaaaaaaaaaaaaaaaaaa';

/** What a program that calls a PDS sends with it. */
export const callerHeaders = {
  accept: '*/*',
  'accept-language': 'en',
  'atproto-accept-labelers': 'did:plc:ar7c4by46qjdydhdevvrndac;redact',
  'user-agent': 'bench',
  'x-latchkey-csrf': '1',
};
