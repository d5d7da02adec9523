import type { StoredSession } from '../../../src/sessions/stored/session.repository.ts';
import type { Did } from '../../../src/database/tables/did.ts';
import type { SessionId } from '../../../src/database/tables/id.ts';
import type { StrictGrant } from '../../network/strict-issuer.ts';

/** A session of the broker, and its grant at the issuer. */
export type SessionUnderTest = {
  readonly id: SessionId;
  readonly did: Did;
  readonly purpose: 'ui' | 'api_key';
  /** The cookie of its browser. */
  readonly cookie: string | undefined;
  grant: StrictGrant;
  /** The row as last read. */
  seen: StoredSession;
  /** True if its person signed out. */
  isOver: boolean;
  /** The refresh tokens that a broker committed to send, but died before sending. */
  readonly unsent: string[];
};

export function refreshTokenOf({ secrets }: Pick<StoredSession, 'secrets'>): string | undefined {
  return secrets?.refreshToken ?? undefined;
}
