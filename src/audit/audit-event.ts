import type { Did } from '../database/tables/did.ts';
import type { AuditAction } from './audit-action.ts';

/** Who did it: the id is that of the credential, never the credential. */
export type AuditActor = {
  readonly kind: 'operator' | 'introspector' | 'browser' | 'api-key' | 'temp-token' | 'anonymous' | 'broker';
  readonly id?: string;
};

/** To what it was done; without an id where there is none, or there are many. */
type AuditTarget = {
  readonly kind:
    | 'api-key'
    | 'client-key'
    | 'key-request'
    | 'native-app'
    | 'operator-session'
    | 'session'
    | 'temp-token'
    | 'ui-session';
  readonly id?: string;
};

/** Who does something, and the address it comes from. */
export type AuditSource = { readonly actor: AuditActor; readonly from?: string };

/** What somebody did, or was refused. Nothing in it is a secret; texts are cut off at 256 characters. */
export type AuditEvent = AuditSource & {
  readonly action: AuditAction;
  /** The account that it is about. */
  readonly did?: Did;
  readonly target: AuditTarget;
  /** Short facts, at most 16. */
  readonly detail?: Readonly<Record<string, string | number>>;
};
