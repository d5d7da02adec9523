import { Injectable } from '@nestjs/common';
import { SealedJson } from '../../crypto/sealed-json.ts';
import { SealedBox } from '../../crypto/sealed-box.ts';
import type { Grant } from '../../oauth/authorization/grant.ts';
import { type BoundColumns, sealBinding } from './session-row.ts';

/** The part of a grant that is stored sealed. */
export type SessionSecrets = Pick<Grant, 'accessToken' | 'refreshToken' | 'dpopKey'>;

/** Seals the secrets of a session, bound to its row. */
@Injectable()
export class SessionSecretsBox {
  private readonly sealedSecrets: SealedJson<SessionSecrets>;

  constructor(sealedBox: SealedBox) {
    this.sealedSecrets = new SealedJson(sealedBox);
  }

  seal({ accessToken, refreshToken, dpopKey }: SessionSecrets, row: BoundColumns): string {
    return this.sealedSecrets.seal({ accessToken, refreshToken, dpopKey }, sealBinding(row));
  }

  /** @throws BrokerError `SealedRowUnreadable` when a bound column is not as it was sealed */
  open(sealed: string, row: BoundColumns): SessionSecrets {
    return this.sealedSecrets.open(sealed, sealBinding(row));
  }
}
