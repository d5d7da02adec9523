import { Injectable } from '@nestjs/common';
import type { CredentialVerifier } from '../access/credential-verifier.ts';
import type { Principal } from '../access/principal.ts';
import { Config } from '../config/config.ts';
import { isSameSecret } from '../crypto/secret.ts';

/** Recognises an AppView's back end by the configured introspection token. Without that setting it recognises none. */
@Injectable()
export class IntrospectorTokenVerifier implements CredentialVerifier {
  readonly carrier = 'bearer';

  constructor(private readonly config: Config) {}

  verify(credential: string): Promise<Principal | undefined> {
    const { introspectToken } = this.config;
    const isIntrospector = introspectToken !== undefined && isSameSecret(credential, introspectToken);
    return Promise.resolve(isIntrospector ? { kind: 'introspector' } : undefined);
  }
}
