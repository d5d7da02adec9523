import { Injectable } from '@nestjs/common';
import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../config/config.ts';
import type { RowBinding } from '../crypto/row-binding.ts';
import { SealedBox } from '../crypto/sealed-box.ts';
import type { SessionId } from '../database/tables/id.ts';

const BINDING: RowBinding = { table: 'cookie', column: 'last-sign-in', id: 'session', facts: {} };

/**
 * Remembers in a sealed cookie which session a browser last signed in through, so that a page can say why the sign-in
 * ended. The cookie opens nothing.
 */
@Injectable()
export class LastSignIn {
  private readonly name: string;
  private readonly attributes: CookieSerializeOptions;

  constructor(
    { cookie: { secure } }: Config,
    private readonly box: SealedBox,
  ) {
    this.name = secure ? '__Host-latchkey-last-sign-in' : 'latchkey-last-sign-in';
    this.attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure };
  }

  remember(reply: FastifyReply, sessionId: SessionId, expires: Date): void {
    reply.setCookie(this.name, this.box.seal(sessionId, BINDING), { ...this.attributes, expires });
  }

  recall(request: FastifyRequest): SessionId | undefined {
    const cookie = request.cookies[this.name];
    if (cookie === undefined) return undefined;
    try {
      return this.box.open(cookie, BINDING) as SessionId;
    } catch {
      return undefined; // Not ours, or sealed with a key that was taken away.
    }
  }

  forget(reply: FastifyReply): void {
    reply.clearCookie(this.name, this.attributes);
  }
}
