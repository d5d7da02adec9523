import type { Actor } from '../time/actor.ts';

/** A request as it arrives at a server. */
export type WireRequest = {
  readonly from: Actor;
  /** When its sender let it go, by the true time. */
  readonly sentAt: number;
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** A response as it leaves a server. */
export type WireReply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** How long the server thinks, in milliseconds. */
  readonly afterMs?: number;
  /** Called when the sender's process has got it, or when nobody can get it any more. */
  readonly onFate?: (fate: 'received' | 'lost') => void;
};

/** A server of the world. It returns undefined if it never answers. */
export type WireServer = {
  readonly actor: Actor;
  handle(request: WireRequest): WireReply | undefined;
};

export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): WireReply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
