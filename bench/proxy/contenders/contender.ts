import type { Stoppable } from '../../../test/network/started.ts';

/** A proxy process with sessions, and the headers of its callers. */
export type Contender = Stoppable & {
  name: string;
  pid: number;
  url: string;
  headers: Record<string, string>;
  cookies: string[];
};

/** The path of the small query. */
export const queryPath = '/xrpc/app.bsky.actor.getProfile?actor=did%3Aplc%3Aaaaaaaaaaaaaaaaaaaaaaaaa';

/** The headers of a program that calls a PDS. */
export const callerHeaders = {
  accept: '*/*',
  'accept-language': 'en',
  'atproto-accept-labelers': 'did:plc:ar7c4by46qjdydhdevvrndac;redact',
  'user-agent': 'bench',
  'x-latchkey-csrf': '1',
};
