import type { Selectable } from 'kysely';
import type { OperatorSessionTable } from '../database/tables/operator-session.ts';
import type { OperatorSessionId } from '../database/tables/id.ts';

/** How long the operator's browser stays signed in, however busy it is. */
export const OPERATOR_SESSION_MS = 15 * 60_000;

/** The operator's browser. */
export type OperatorSession = { readonly id: OperatorSessionId; readonly expiresAt: Date };

export type OperatorSessionRow = Selectable<OperatorSessionTable>;
