import type { SessionId } from '../../database/tables/id.ts';
import type { Grant } from '../../oauth/authorization/grant.ts';

/** A grant that was just received, and the session without a holder in which it is stored. */
export type NewGrant = { readonly id: SessionId; readonly grant: Grant };
