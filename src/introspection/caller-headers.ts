import type { AccountPrincipal } from '../access/principal.ts';
import type { Session } from '../sessions/stored/session.ts';

/** Who was found to be calling, and the session that they act through. */
export type IdentifiedCaller = {
  readonly caller: AccountPrincipal;
  readonly session: Pick<Session, 'did' | 'handle' | 'scope'>;
};

/** What a proxy is told of a caller: every header, always, so that it overwrites whatever the caller itself has sent. */
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

/** The headers where nobody was found to be calling. */
export const NO_CALLER: CallerHeaders = {
  'x-latchkey-did': '',
  'x-latchkey-handle': '',
  'x-latchkey-credential': '',
  'x-latchkey-scope': '',
  'x-latchkey-session-id': '',
  'x-latchkey-key-id': '',
  'x-latchkey-expires-at': '',
};

/** Returns the headers that name a caller; empty where there is nothing to say. */
export function toCallerHeaders({ caller, session }: IdentifiedCaller): CallerHeaders {
  return {
    'x-latchkey-did': toFieldValue(session.did),
    'x-latchkey-handle': toFieldValue(session.handle ?? ''),
    'x-latchkey-credential': caller.kind,
    'x-latchkey-scope': toFieldValue(session.scope),
    'x-latchkey-session-id': caller.sessionId,
    'x-latchkey-key-id': caller.kind === 'api-key' ? caller.apiKeyId : '',
    'x-latchkey-expires-at': caller.expiresAt?.toISOString() ?? '',
  };
}

/** RFC 9110 section 5.5: what is neither visible ASCII nor a space is percent-encoded, as UTF-8. */
function toFieldValue(text: string): string {
  return text.toWellFormed().replace(/[^\x20-\x7e]/gu, character => encodeURIComponent(character));
}
