import { Injectable } from '@nestjs/common';
import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../config/config.ts';
import { type LoginBrowser, loginCookieName, loginCookieOf } from './login-browser.ts';

const LOGIN_LIFETIME_SECONDS = 15 * 60;

/** Reads and sets the cookies of a browser: its session, the secret of an unfinished login, and its last finished login. */
@Injectable()
export class LoginCookies {
  private readonly bindingName: string;
  private readonly finishedName: string;
  private readonly attributes: CookieSerializeOptions;

  constructor(private readonly config: Config) {
    const { secure } = config.cookie;
    this.bindingName = loginCookieName(secure);
    this.finishedName = `${this.bindingName}-finished`;
    // Lax, not Strict: a person returns from the authorization server, which is another site.
    this.attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure };
  }

  readBrowser(request: FastifyRequest): LoginBrowser {
    return {
      binding: request.cookies[this.bindingName],
      from: request.ip,
      userAgent: request.headers['user-agent'],
      cookie: request.cookies[this.config.cookie.name],
    };
  }

  /** Sets the login cookie for the time of a login. Returns its value. */
  bindBrowser(request: FastifyRequest, reply: FastifyReply): string {
    const binding = loginCookieOf(request.cookies[this.bindingName]);
    reply.setCookie(this.bindingName, binding, { ...this.attributes, maxAge: LOGIN_LIFETIME_SECONDS });
    return binding;
  }

  readFinished(request: FastifyRequest): string | undefined {
    return request.cookies[this.finishedName];
  }

  setFinished(reply: FastifyReply, cookie: string): void {
    reply.setCookie(this.finishedName, cookie, { ...this.attributes, maxAge: LOGIN_LIFETIME_SECONDS });
  }

  setSession(reply: FastifyReply, cookie: string, expires: Date): void {
    reply.setCookie(this.config.cookie.name, cookie, { ...this.sessionAttributes(), expires });
  }

  clearSession(reply: FastifyReply): void {
    reply.clearCookie(this.config.cookie.name, this.sessionAttributes());
  }

  private sessionAttributes(): CookieSerializeOptions {
    const { domain } = this.config.cookie;
    return { ...this.attributes, ...(domain === undefined ? {} : { domain }) };
  }
}
