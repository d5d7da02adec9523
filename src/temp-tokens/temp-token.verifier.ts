import { Injectable } from '@nestjs/common';
import type { CredentialUse } from '../access/credential-use.ts';
import type { CredentialVerifier } from '../access/credential-verifier.ts';
import type { Principal } from '../access/principal.ts';
import { AuditLog } from '../audit/audit-log.service.ts';
import { Metrics } from '../observability/metrics/metrics.ts';
import { RefusedTempToken } from './temp-token-refusal.ts';
import { TEMP_TOKEN_PREFIX } from './temp-token.ts';
import { TempTokens } from './temp-tokens.service.ts';

/** Recognises temp tokens, for requests within their scope. */
@Injectable()
export class TempTokenVerifier implements CredentialVerifier {
  readonly carrier = 'bearer';

  constructor(
    private readonly tempTokens: TempTokens,
    private readonly auditLog: AuditLog,
    private readonly metrics: Metrics,
  ) {}

  async verify(credential: string, use: CredentialUse): Promise<Principal | undefined> {
    if (!credential.startsWith(TEMP_TOKEN_PREFIX)) return undefined;
    try {
      const { id, scope, resource } = await this.tempTokens.verify(credential, use);
      return { kind: 'temp-token', tempTokenId: id, scope, resource };
    } catch (error) {
      if (!(error instanceof RefusedTempToken)) throw error;
      this.report(error, use);
      return undefined;
    }
  }

  private report({ reason, tempToken }: RefusedTempToken, { method, route, from }: CredentialUse): void {
    this.metrics.credentials.tempTokenRefused(reason);
    this.auditLog.note({
      action: 'temp-token.refused',
      actor: { kind: 'anonymous' },
      target: { kind: 'temp-token', ...(tempToken && { id: tempToken.id }) },
      from,
      detail: {
        reason,
        method,
        ...(route !== undefined && { route }),
        ...(tempToken && { scope: tempToken.scope, resource: tempToken.resource }),
      },
    });
  }
}
