import type { Selectable } from 'kysely';
import type { OperatorSessionTable } from '../database/tables/operator-session.ts';
import type { OperatorSessionId } from '../database/tables/id.ts';

/** Lifetime of an operator session. Use does not extend it. */
export const OPERATOR_SESSION_MS = 15 * 60_000;

/** A session of the operator's browser. */
export type OperatorSession = { readonly id: OperatorSessionId; readonly expiresAt: Date };

export type OperatorSessionRow = Selectable<OperatorSessionTable>;
