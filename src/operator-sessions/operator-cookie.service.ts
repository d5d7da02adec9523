import { Injectable } from '@nestjs/common';
import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply } from 'fastify';
import { cookieNamesOf } from '../access/cookie-names.ts';
import { Config } from '../config/config.ts';

/** The cookie of the operator's browser. `SameSite=Strict`: pages of other sites never make a browser send it. */
@Injectable()
export class OperatorCookie {
  private readonly name: string;
  private readonly attributes: CookieSerializeOptions;

  constructor(config: Config) {
    this.name = cookieNamesOf(config)['operator-cookie'];
    this.attributes = { path: '/', httpOnly: true, sameSite: 'strict', secure: config.cookie.secure };
  }

  set(reply: FastifyReply, cookie: string, expires: Date): void {
    reply.setCookie(this.name, cookie, { ...this.attributes, expires });
  }

  clear(reply: FastifyReply): void {
    reply.clearCookie(this.name, this.attributes);
  }
}
