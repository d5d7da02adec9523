import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Config } from '../config/config.ts';
import { BrokerError, invalidToken, sessionSuspended } from '../errors/broker-error.ts';
import { ADMISSION, type Admission } from '../http/origins/allow.decorator.ts';
import { isAllowedWithCookie, isReading, readRequestOrigin } from '../http/origins/browser-rule.ts';
import { requireNoForeignPage } from '../http/origins/own-pages.ts';
import { isOriginalReading } from '../http/origins/original-request.ts';
import { createProxyTrust, type ProxyTrust } from '../http/edge/proxy-trust.ts';
import { setPrincipal } from './caller.decorator.ts';
import { type CookieNames, cookieNamesOf } from './cookie-names.ts';
import { type Carrier, findCredential } from './credential.ts';
import { type CredentialUse, credentialUseOf } from './credential-use.ts';
import { CredentialVerifiers } from './credential-verifier.ts';
import { anonymous, type Principal } from './principal.ts';

/** Admits a request only if its route says so: identifies the caller, applies the browser rule, then decides. */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly cookieNames: CookieNames;
  private readonly isTrustedProxy: ProxyTrust;

  constructor(
    private readonly reflector: Reflector,
    private readonly credentials: CredentialVerifiers,
    private readonly config: Config,
  ) {
    this.cookieNames = cookieNamesOf(config);
    this.isTrustedProxy = createProxyTrust(config.trustedProxies);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const admission = this.reflector.get<Admission | undefined>(ADMISSION, context.getHandler());
    if (!admission) throw new BrokerError('Forbidden', 'This route is closed.');
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (admission.forwarded) this.requireTrustedProxy(request);
    const principal = isOpenToAllAlike(admission) ? anonymous : await this.identify(request, admission);
    setPrincipal(request, principal);
    this.requireAdmitted(principal, admission);
    const reads = admission.forwarded ? isOriginalReading(request.headers) : isReading(request.method);
    if (admission.ownPages && !reads) requireNoForeignPage(request.headers, [this.config.publicUrl.origin]);
    const mustBeOwn = admission.browserRule === 'all' || !reads;
    if (mustBeOwn) this.requireOwnRequest(request, principal);
    return true;
  }

  /** Checks the connection, before any header: `request.ip` comes from headers. */
  private requireTrustedProxy({ socket }: FastifyRequest): void {
    if (this.isTrustedProxy(socket.remoteAddress)) return;
    throw new BrokerError('Forbidden', 'Only the proxies in LATCHKEY_TRUSTED_PROXIES may call this.');
  }

  private async identify(request: FastifyRequest, { callers }: Admission): Promise<Principal> {
    const carrier = callers.includes('operator-browser') ? 'operator-cookie' : 'cookie';
    const cookie = request.cookies[this.cookieNames[carrier]];
    const credential = findCredential(request.headers.authorization, cookie, carrier);
    if (!credential) return anonymous;
    const principal =
      credential.carrier === 'malformed'
        ? undefined
        : await this.verify(credential, credentialUseOf(request));
    if (principal) return principal;
    // A cookie may simply have expired; a token was presented on purpose.
    if (credential.carrier === carrier) return anonymous;
    throw invalidToken();
  }

  private async verify(
    credential: { carrier: Carrier; value: string },
    use: CredentialUse,
  ): Promise<Principal | undefined> {
    for (const verifier of this.credentials.verifiers) {
      if (verifier.carrier !== credential.carrier) continue;
      const principal = await verifier.verify(credential.value, use);
      if (principal) return principal;
    }
    return undefined;
  }

  private requireAdmitted({ kind }: Principal, { callers }: Admission): void {
    if (callers.includes('anyone')) return;
    if (kind === 'anonymous')
      throw new BrokerError(
        'AuthenticationRequired',
        'Sign in, or send a credential in the Authorization header.',
      );
    if (callers.includes(kind)) return;
    if (kind === 'suspended-browser' && callers.includes('browser')) throw sessionSuspended();
    throw new BrokerError('Forbidden', 'This credential does not open this route. Use one that does.');
  }

  private requireOwnRequest({ headers }: FastifyRequest, { kind }: Principal): void {
    const isBrowser = kind === 'browser' || kind === 'suspended-browser';
    if (!isBrowser && kind !== 'operator-browser') return;
    const { publicUrl, allowedOrigins } = this.config;
    // A listed origin may act for an account, never for the operator.
    const origins = [publicUrl.origin, ...(isBrowser ? allowedOrigins : [])];
    if (isAllowedWithCookie(readRequestOrigin(headers), origins)) return;
    throw new BrokerError(
      'CrossSiteRequest',
      'With a cookie, this must come from our own pages, or carry the header X-Latchkey-CSRF: 1.',
    );
  }
}

/** Whether a route is open to anyone; its caller is not identified. */
function isOpenToAllAlike({ callers }: Admission): boolean {
  return callers.length === 1 && callers[0] === 'anyone';
}
