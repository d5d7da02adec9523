import type { AccountPrincipal } from '../access/principal.ts';
import type { Session } from '../sessions/stored/session.ts';

/** An identified caller, and the session that it acts through. */
export type IdentifiedCaller = {
  readonly caller: AccountPrincipal;
  readonly session: Pick<Session, 'did' | 'scope'>;
  /** The handle that was verified within the last hour. */
  readonly handle: string | null;
};

/** The headers that name a caller to a proxy. All are always present, so that they overwrite headers from the caller. */
export type CallerHeaders = Readonly<
  Record<
    | 'x-latchkey-did'
    | 'x-latchkey-handle'
    | 'x-latchkey-credential'
    | 'x-latchkey-scope'
    | 'x-latchkey-session-id'
    | 'x-latchkey-key-id'
    | 'x-latchkey-expires-at',
    string
  >
>;

/** The headers for an unidentified caller. */
export const NO_CALLER: CallerHeaders = {
  'x-latchkey-did': '',
  'x-latchkey-handle': '',
  'x-latchkey-credential': '',
  'x-latchkey-scope': '',
  'x-latchkey-session-id': '',
  'x-latchkey-key-id': '',
  'x-latchkey-expires-at': '',
};

/** Returns the headers that name a caller. A header without a value is empty. */
export function toCallerHeaders({ caller, session, handle }: IdentifiedCaller): CallerHeaders {
  return {
    'x-latchkey-did': toFieldValue(session.did),
    'x-latchkey-handle': toFieldValue(handle ?? ''),
    'x-latchkey-credential': caller.kind,
    'x-latchkey-scope': toFieldValue(session.scope),
    'x-latchkey-session-id': caller.sessionId,
    'x-latchkey-key-id': caller.kind === 'api-key' ? caller.apiKeyId : '',
    'x-latchkey-expires-at': caller.expiresAt?.toISOString() ?? '',
  };
}

/** Percent-encodes, as UTF-8, all but visible ASCII and spaces (RFC 9110 section 5.5). */
function toFieldValue(text: string): string {
  return text.toWellFormed().replace(/[^\x20-\x7e]/gu, character => encodeURIComponent(character));
}
