import { Injectable } from '@nestjs/common';
import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../../../config/config.ts';
import type { RowBinding } from '../../../crypto/row-binding.ts';
import { SealedBox } from '../../../crypto/sealed-box.ts';
import { SealedJson } from '../../../crypto/sealed-json.ts';
import type { Did } from '../../../database/tables/did.ts';
import type { SessionId } from '../../../database/tables/id.ts';

/** The sessions that an owner named to be reconnected, one after another, and how far that is. */
export type NamedSessions = {
  /** The session that the owner is being asked for. */
  readonly asked: SessionId;
  readonly left: readonly SessionId[];
  readonly reconnected: number;
  /** In milliseconds since 1970. It does not move with the steps. */
  readonly endsAt: number;
};

/** Keeps the sessions that an owner named in a sealed cookie of their browser. It counts for their account alone. */
@Injectable()
export class NamedSessionsCookie {
  private readonly name: string;
  private readonly attributes: CookieSerializeOptions;
  private readonly sealed: SealedJson<NamedSessions>;

  constructor({ cookie: { secure } }: Config, box: SealedBox) {
    this.name = secure ? '__Host-latchkey-reconnect' : 'latchkey-reconnect';
    // Lax, not Strict: the owner comes back from their own server, which is another site.
    this.attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure };
    this.sealed = new SealedJson(box);
  }

  set(reply: FastifyReply, did: Did, named: NamedSessions): void {
    const attributes = { ...this.attributes, expires: new Date(named.endsAt) };
    reply.setCookie(this.name, this.sealed.seal(named, bindingOf(did)), attributes);
  }

  clear(request: FastifyRequest, reply: FastifyReply): void {
    if (request.cookies[this.name] !== undefined) reply.clearCookie(this.name, this.attributes);
  }

  /** Returns what an account's owner named in this browser, until its end. */
  find(did: Did, request: FastifyRequest): NamedSessions | undefined {
    const cookie = request.cookies[this.name];
    if (cookie === undefined) return undefined;
    try {
      const named = this.sealed.open(cookie, bindingOf(did));
      return named.endsAt > Date.now() ? named : undefined;
    } catch {
      return undefined; // Of another account, or not ours.
    }
  }
}

function bindingOf(did: Did): RowBinding {
  return { table: 'cookie', column: 'named-sessions', id: did, facts: {} };
}
