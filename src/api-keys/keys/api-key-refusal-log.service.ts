import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { Log } from '../../observability/log/log.ts';
import type { ApiKey, KeyVerdict } from './api-key.ts';
import { NotePauses } from '../../observability/log/note-pauses.ts';

const MALFORMED = 'malformed';

const REFUSED = { action: 'api-key.refused', actor: { kind: 'anonymous' } } as const;

/** Writes refused keys that matter for security to the log and to the audit log. */
@Injectable()
export class ApiKeyRefusalLog {
  private readonly pauses = new NotePauses();

  constructor(
    private readonly auditLog: AuditLog,
    private readonly log: Log,
  ) {}

  /** Records a malformed key, of which it keeps only the length. */
  recordMalformed(length: number, from: string): void {
    if (!this.pauses.isDue(MALFORMED, performance.now())) return;
    this.log.apiKeyMalformed({ length });
    this.auditLog.note({
      ...REFUSED,
      target: { kind: 'api-key' },
      from,
      detail: { reason: MALFORMED, length },
    });
  }

  /** Records a secret that was valid once: its owner forgot to replace it, or a stranger has it. */
  recordRefused({ id, did }: ApiKey, reason: KeyVerdict, from: string): void {
    if (!this.pauses.isDue(id, performance.now())) return;
    this.log.apiKeyRefused({ did, apiKeyId: id, reason });
    this.auditLog.note({ ...REFUSED, did, target: { kind: 'api-key', id }, from, detail: { reason } });
  }
}
