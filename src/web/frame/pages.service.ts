import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { Config } from '../../config/config.ts';

/** Facts about the broker that every page shows. */
export type Frame = {
  readonly basePath: string;
  readonly brokerName: string;
  /** True if the operator has set a logo, which the pages load from the broker. */
  readonly hasLogo?: boolean;
  /** The operator's pages with the terms of service and the privacy policy. */
  readonly termsUrl?: string | undefined;
  readonly policyUrl?: string | undefined;
};

type ReferrerPolicy = 'same-origin' | 'strict-origin' | 'no-referrer';

/** Sends pages. The renderer escapes values. */
@Injectable()
export class Pages {
  readonly frame: Frame;
  private readonly policy: string;

  constructor({ basePath, baseUrl, clientProfile }: Config) {
    const { name, logoUri, tosUri, policyUri } = clientProfile;
    this.frame = {
      basePath,
      brokerName: name,
      hasLogo: logoUri !== undefined,
      termsUrl: tosUri,
      policyUrl: policyUri,
    };
    this.policy = contentSecurityPolicy(baseUrl);
  }

  /**
   * @param referrerPolicy for a page with a secret address `no-referrer`, or `strict-origin` if it has a form: with
   * `no-referrer` a browser sends forms with `Origin: null`, which the broker refuses (Fetch, section 3.2)
   */
  send(reply: FastifyReply, page: VNode, referrerPolicy: ReferrerPolicy = 'same-origin'): void {
    void reply
      .header('content-security-policy', this.policy)
      .header('referrer-policy', referrerPolicy)
      .type('text/html; charset=utf-8')
      .send(`<!doctype html>${renderToString(page)}`);
  }
}

/**
 * Lets pages load the broker's own stylesheet, scripts and pictures, and fetch one address. So a response that a PDS sends
 * through the proxy can't run as a script here, and no script can read it. There is no `form-action`: browsers apply it to
 * redirects too, and signing in ends at the person's own server.
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
