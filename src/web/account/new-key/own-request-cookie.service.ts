import { Injectable } from '@nestjs/common';
import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KEY_REQUEST_SECONDS } from '../../../api-keys/requests/rules/key-request.ts';
import { Config } from '../../../config/config.ts';
import { KeyRequestId, parseId } from '../../../database/tables/id.ts';

/** A key request that this browser made, with its temp token. */
export type OwnRequest = { readonly id: string; readonly tempToken: string };

/** Keeps the temp token of an owner's own key request in a cookie, out of reach of scripts. */
@Injectable()
export class OwnRequestCookie {
  private readonly name: string;
  private readonly attributes: CookieSerializeOptions;

  constructor({ cookie: { secure } }: Config) {
    this.name = secure ? '__Host-latchkey-key-request' : 'latchkey-key-request';
    // Lax, not Strict: the owner comes back from their own server, which is another site.
    this.attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure };
  }

  set(reply: FastifyReply, { id, tempToken }: OwnRequest): void {
    reply.setCookie(this.name, `${id}.${tempToken}`, { ...this.attributes, maxAge: KEY_REQUEST_SECONDS });
  }

  clear(reply: FastifyReply): void {
    reply.clearCookie(this.name, this.attributes);
  }

  /** Returns the temp token of a key request if this browser made it. */
  tokenFor(id: string, request: FastifyRequest): string | undefined {
    const [ownId, tempToken] = request.cookies[this.name]?.split('.') ?? [];
    return parseId(KeyRequestId, id) !== undefined && ownId === id ? tempToken : undefined;
  }
}
