import type { Selectable } from 'kysely';
import type { OperatorSessionTable } from '../database/tables/operator-session.ts';

/** How long the operator's browser stays signed in, however busy it is. */
export const OPERATOR_SESSION_MS = 15 * 60_000;

/** The operator's browser. */
export type OperatorSession = { readonly id: string; readonly expiresAt: Date };

export type OperatorSessionRow = Selectable<OperatorSessionTable>;
