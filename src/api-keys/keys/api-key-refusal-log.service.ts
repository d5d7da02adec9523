import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { Log } from '../../observability/log/log.ts';
import type { ApiKey, KeyVerdict } from './api-key.ts';
import { NotePauses } from '../../observability/log/note-pauses.ts';

const MALFORMED = 'malformed';

const REFUSED = { action: 'api-key.refused', actor: { kind: 'anonymous' } } as const;

/** Writes down for security which keys were refused that are worth knowing of. */
@Injectable()
export class ApiKeyRefusalLog {
  private readonly pauses = new NotePauses();

  constructor(
    private readonly auditLog: AuditLog,
    private readonly log: Log,
  ) {}

  /** Something that looks like a key and can be none: of it nothing but the length is kept. */
  malformed(length: number, from: string): void {
    if (!this.pauses.isDue(MALFORMED, performance.now())) return;
    this.log.apiKeyMalformed({ length });
    this.auditLog.note({
      ...REFUSED,
      target: { kind: 'api-key' },
      from,
      detail: { reason: MALFORMED, length },
    });
  }

  /** A secret that once opened something: its owner forgot to replace it, or somebody else has it. */
  refused({ id, did }: ApiKey, reason: KeyVerdict, from: string): void {
    if (!this.pauses.isDue(id, performance.now())) return;
    this.log.apiKeyRefused({ did, apiKeyId: id, reason });
    this.auditLog.note({ ...REFUSED, did, target: { kind: 'api-key', id }, from, detail: { reason } });
  }
}
