import { Injectable } from '@nestjs/common';
import type { KeyRequestId } from '../../database/tables/id.ts';
import type { RowBinding } from '../../crypto/row-binding.ts';
import { RowMac } from '../../crypto/row-mac.ts';
import { normalizeClaimCode } from './claim-code.ts';
import type { StoredKeyRequest } from './key-request.ts';

/** What is stored of claim codes: MACs, as so short a text could be guessed from a digest by whoever has the database. */
@Injectable()
export class ClaimCodes {
  constructor(private readonly mac: RowMac) {}

  digest(requestId: KeyRequestId, code: string): string {
    return this.mac.sign(bindingOf(requestId, code));
  }

  /** Whether a code is a request's; compared in constant time. */
  isRight({ id, row }: StoredKeyRequest, code: string): boolean {
    return row.code_digest !== null && this.mac.isValid(row.code_digest, bindingOf(id, code));
  }
}

function bindingOf(id: KeyRequestId, code: string): RowBinding {
  return { table: 'key_request', column: 'code_digest', id, facts: { code: normalizeClaimCode(code) } };
}
