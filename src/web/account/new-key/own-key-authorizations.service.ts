import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BrowserPrincipal } from '../../../access/principal.ts';
import { KeyRequests } from '../../../api-keys/requests/key-requests.service.ts';
import type { AuditSource } from '../../../audit/audit-event.ts';
import { LoginCookies } from '../../../login/login-cookies.service.ts';
import { Logins } from '../../../login/logins.service.ts';
import { AuthorizationLimits } from '../../../oauth/authorization/authorization-limits.service.ts';
import type { NewKeyForm } from './new-key-form.ts';
import { OwnKeyRequests } from './own-key-requests.service.ts';
import { OwnRequestCookie } from './own-request-cookie.service.ts';

/** Leads an owner from the form of a new key straight to their own server: sending the form is the approval. */
@Injectable()
export class OwnKeyAuthorizations {
  constructor(
    private readonly ownKeyRequests: OwnKeyRequests,
    private readonly keyRequests: KeyRequests,
    private readonly logins: Logins,
    private readonly loginCookies: LoginCookies,
    private readonly ownRequestCookie: OwnRequestCookie,
    private readonly authorizationLimits: AuthorizationLimits,
  ) {}

  /**
   * Creates and approves a request for a key of the caller's own. Returns the URL where they authorize it.
   *
   * @throws BrokerError as {@link OwnKeyRequests.create} and {@link Logins.beginKeyAuthorization}
   */
  async begin(
    form: NewKeyForm,
    { caller, by }: { readonly caller: BrowserPrincipal; readonly by: AuditSource },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<URL> {
    await this.authorizationLimits.countBegun(request.ip);
    const created = await this.ownKeyRequests.create(form, caller, by);
    const binding = this.loginCookies.bindBrowser(request, reply);
    try {
      const url = await this.logins.beginKeyAuthorization(created.id, binding, by);
      this.ownRequestCookie.set(reply, created);
      return url;
    } catch (error) {
      // Otherwise it would count as pending, and soon no further try would be allowed.
      await this.keyRequests.deny(created.id, by).catch(() => undefined);
      throw error;
    }
  }
}
