import type { StoredSession } from '../../../src/sessions/stored/session.repository.ts';
import type { Did } from '../../../src/database/tables/did.ts';
import type { SessionId } from '../../../src/database/tables/id.ts';
import type { StrictGrant } from '../../network/strict-issuer.ts';

/** A session of the broker, and its grant as the issuer knows it. */
export type SessionUnderTest = {
  readonly id: SessionId;
  readonly did: Did;
  readonly purpose: 'ui' | 'api_key';
  /** The secret of the browser that holds it. */
  readonly cookie: string | undefined;
  grant: StrictGrant;
  /** The row as it was read last. */
  seen: StoredSession;
  /** The person or the operator ended it. */
  isOver: boolean;
  /** The refresh tokens of brokers that died between the commit and the transmission. */
  readonly unsent: string[];
};

export function refreshTokenOf({ secrets }: Pick<StoredSession, 'secrets'>): string | undefined {
  return secrets?.refreshToken ?? undefined;
}
