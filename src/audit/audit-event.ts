import type { Did } from '../database/tables/did.ts';
import type { AuditAction } from './audit-action.ts';

/** The actor of an event, by the id of its credential, never by the credential. */
export type AuditActor = {
  readonly kind: 'operator' | 'introspector' | 'browser' | 'api-key' | 'temp-token' | 'anonymous' | 'broker';
  readonly id?: string;
};

/** The object of an event. Without an id if there is none, or if there are many. */
type AuditTarget = {
  readonly kind:
    | 'api-key'
    | 'client-key'
    | 'database'
    | 'instance'
    | 'key-request'
    | 'native-app'
    | 'operator-session'
    | 'session'
    | 'temp-token'
    | 'ui-session';
  readonly id?: string;
};

/** An actor and its address. */
export type AuditSource = { readonly actor: AuditActor; readonly from?: string };

/** An action or a refusal. Contains no secret. Texts are truncated to 256 characters. */
export type AuditEvent = AuditSource & {
  readonly action: AuditAction;
  /** The account concerned. */
  readonly did?: Did;
  readonly target: AuditTarget;
  /** Short facts, at most 16. */
  readonly detail?: Readonly<Record<string, string | number>>;
};
