import type { Did } from '../../../src/database/tables/did.ts';
import type { SessionId } from '../../../src/database/tables/id.ts';
import type { Actor } from '../time/actor.ts';

/** Why a grant ended: a spent refresh token came again, a foreign key, the client revoked it, or the issuer ended it. */
export type GrantEnd = 'replay' | 'wrong-key' | 'revocation' | 'issuer';

/** What the database lost: it went back to a generation of a session. */
export type Rollback = { readonly at: number; readonly sessionId: SessionId; readonly generation: number };

/** The one answer to a refresh token or code that was spent. */
export type Answer = {
  readonly grant: Grant;
  /** The refresh token that it holds. */
  readonly refreshToken: string;
  /** The process that sent the request. */
  readonly to: Actor;
  /** What its file on a disk would be called: the attempt, or the fingerprint of a native app's token. */
  fileName: string | undefined;
  readonly at: number;
  /** `received`: the process has got it. `lost`: nobody can get it. */
  state: 'travelling' | 'received' | 'lost';
  /** The last time that the database had it, and was rolled back. */
  rollback: Rollback | undefined;
};

/** One authorization at an issuer. */
export type Grant = {
  readonly number: number;
  readonly did: Did;
  readonly jkt: string;
  /** The client key that it began with, null for a public client. */
  readonly kid: string | null;
  readonly clientId: string;
  refreshToken: string;
  accessToken: string;
  readonly scope: string;
  end: GrantEnd | undefined;
  /** The answers by the token or code that they spent. */
  readonly answers: Map<string, Answer>;
};

/** Returns the answer that holds the newest tokens of a grant. */
export function newestAnswer(grant: Grant): Answer | undefined {
  return [...grant.answers.values()].at(-1);
}
