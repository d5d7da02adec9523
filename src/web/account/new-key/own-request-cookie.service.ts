import { Injectable } from '@nestjs/common';
import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KEY_REQUEST_SECONDS } from '../../../api-keys/requests/rules/key-request.ts';
import { Config } from '../../../config/config.ts';
import { KeyRequestId, parseId } from '../../../database/tables/id.ts';

/** A key request that this browser made, with its temp token, and with its claim code once its owner authorized it here. */
export type OwnRequest = {
  readonly id: string;
  readonly tempToken: string;
  readonly code?: string | undefined;
};

/** Keeps temp token and code of an owner's own key request in a cookie, out of reach of scripts. */
@Injectable()
export class OwnRequestCookie {
  private readonly name: string;
  private readonly attributes: CookieSerializeOptions;

  constructor({ cookie: { secure } }: Config) {
    this.name = secure ? '__Host-latchkey-key-request' : 'latchkey-key-request';
    // Lax, not Strict: the owner comes back from their own server, which is another site.
    this.attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure };
  }

  set(reply: FastifyReply, { id, tempToken, code }: OwnRequest): void {
    const value = [id, tempToken, ...(code === undefined ? [] : [code])].join('.');
    reply.setCookie(this.name, value, { ...this.attributes, maxAge: KEY_REQUEST_SECONDS });
  }

  clear(reply: FastifyReply): void {
    reply.clearCookie(this.name, this.attributes);
  }

  /** Returns a key request if this browser made it. */
  find(id: string, request: FastifyRequest): OwnRequest | undefined {
    const [ownId, tempToken, code] = request.cookies[this.name]?.split('.') ?? [];
    if (parseId(KeyRequestId, id) === undefined || ownId !== id || tempToken === undefined) return undefined;
    return { id, tempToken, code };
  }
}
