import type { FastifyReply } from 'fastify';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';

/**
 * What a page may load: our own stylesheet. Where a form leads is not restricted, as browsers apply `form-action` to
 * redirects too, and signing in ends at the person's own server, wherever that is.
 */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/**
 * Sends a page. Values are escaped by the renderer.
 *
 * @param referrerPolicy `no-referrer` for a page whose own address is nobody's business
 */
export function sendPage(
  reply: FastifyReply,
  page: VNode,
  referrerPolicy: 'same-origin' | 'no-referrer' = 'same-origin',
): void {
  void reply
    .header('content-security-policy', CONTENT_SECURITY_POLICY)
    // With no-referrer a browser sends its forms with `Origin: null`, which is nobody's (Fetch, section 3.2).
    .header('referrer-policy', referrerPolicy)
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(`<!doctype html>${renderToString(page)}`);
}
