import { Injectable } from '@nestjs/common';
import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthorizedKeyRequest } from '../../api-keys/requests/key-request-authorizations.service.ts';
import { Config } from '../../config/config.ts';
import type { RowBinding } from '../../crypto/row-binding.ts';
import { SealedBox } from '../../crypto/sealed-box.ts';
import type { KeyRequestId } from '../../database/tables/id.ts';

/**
 * Keeps the claim code of a key request in a sealed cookie of the browser that authorized it, until the request ends. The
 * database has a digest of the code alone, so no other browser can show it.
 */
@Injectable()
export class ClaimCodeCookie {
  private readonly name: string;
  private readonly attributes: CookieSerializeOptions;
  private readonly basePath: string;

  constructor(
    { basePath, cookie: { secure } }: Config,
    private readonly box: SealedBox,
  ) {
    this.basePath = basePath;
    // Not `__Host-`, which would forbid a path: each request has its own.
    this.name = secure ? '__Secure-latchkey-code' : 'latchkey-code';
    this.attributes = { httpOnly: true, sameSite: 'lax', secure };
  }

  set(
    reply: FastifyReply,
    { id, code, expiresAt }: Pick<AuthorizedKeyRequest, 'id' | 'code' | 'expiresAt'>,
  ): void {
    const attributes = { ...this.attributes, path: this.pathOf(id), expires: expiresAt };
    reply.setCookie(this.name, this.box.seal(code, bindingOf(id)), attributes);
  }

  clear(reply: FastifyReply, id: KeyRequestId): void {
    reply.clearCookie(this.name, { ...this.attributes, path: this.pathOf(id) });
  }

  /** Returns the code of a request if this browser authorized it. */
  codeOf(id: KeyRequestId, request: FastifyRequest): string | undefined {
    const cookie = request.cookies[this.name];
    if (cookie === undefined) return undefined;
    try {
      return this.box.open(cookie, bindingOf(id));
    } catch {
      return undefined; // Of another request, or not ours.
    }
  }

  private pathOf(id: KeyRequestId): string {
    return `${this.basePath}/connect/${id}`;
  }
}

function bindingOf(id: KeyRequestId): RowBinding {
  return { table: 'cookie', column: 'claim-code', id, facts: {} };
}
