import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { isSameSecret } from '../crypto/secret.ts';
import type { CredentialVerifier } from './credential-verifier.ts';
import type { Principal } from './principal.ts';

/** Recognises the operator by the configured admin token. Without one there is no operator. */
@Injectable()
export class OperatorTokenVerifier implements CredentialVerifier {
  readonly carrier = 'bearer';

  constructor(private readonly config: Config) {}

  verify(credential: string): Promise<Principal | undefined> {
    const { adminToken } = this.config;
    const isOperator = adminToken !== undefined && isSameSecret(credential, adminToken);
    return Promise.resolve(isOperator ? { kind: 'operator' } : undefined);
  }
}
