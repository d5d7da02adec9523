import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { Config } from '../../config/config.ts';

/** What every page is told of the broker that it belongs to. */
export type Frame = { readonly basePath: string; readonly brokerName: string };

type ReferrerPolicy = 'same-origin' | 'strict-origin' | 'no-referrer';

/** Sends pages. Values are escaped by the renderer. */
@Injectable()
export class Pages {
  readonly frame: Frame;
  private readonly policy: string;

  constructor({ basePath, baseUrl, clientProfile }: Config) {
    this.frame = { basePath, brokerName: clientProfile.name };
    this.policy = contentSecurityPolicy(baseUrl);
  }

  /**
   * @param referrerPolicy for a page whose own address is nobody's business `no-referrer`, or `strict-origin` where it has
   * a form: with `no-referrer` a browser sends its forms with `Origin: null`, which is nobody's (Fetch, section 3.2)
   */
  send(reply: FastifyReply, page: VNode, referrerPolicy: ReferrerPolicy = 'same-origin'): void {
    void reply
      .header('content-security-policy', this.policy)
      .header('referrer-policy', referrerPolicy)
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(`<!doctype html>${renderToString(page)}`);
  }
}

/**
 * What a page may load: our own stylesheet, scripts and pictures, and answers from one address, so that nothing that a
 * PDS answers through the proxy is a script here or can be read by one. Where a form leads is not restricted, as browsers
 * apply `form-action` to redirects too, and signing in ends at the person's own server, wherever that is.
 */
function contentSecurityPolicy(baseUrl: string): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    `script-src ${baseUrl}/assets/`,
    `connect-src ${baseUrl}/lookup`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}
