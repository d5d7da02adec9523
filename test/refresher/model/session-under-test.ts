import type { StoredSession } from '../../../src/sessions/stored/session.repository.ts';
import type { Did } from '../../../src/database/tables/did.ts';
import type { SessionId } from '../../../src/database/tables/id.ts';
import type { StrictGrant } from '../../network/strict-issuer.ts';

/** A session of the broker, and the grant behind it as its issuer knows it. */
export type SessionUnderTest = {
  readonly id: SessionId;
  readonly did: Did;
  readonly purpose: 'ui' | 'api_key';
  /** Of the browser that holds it. */
  readonly cookie: string | undefined;
  grant: StrictGrant;
  /** The row as it was looked at last. */
  seen: StoredSession;
  /** Whether a browser's person ended it. */
  isOver: boolean;
  /** The refresh tokens that a broker committed to send, and died before it did. */
  readonly unsent: string[];
};

export function refreshTokenOf({ secrets }: Pick<StoredSession, 'secrets'>): string | undefined {
  return secrets?.refreshToken ?? undefined;
}
