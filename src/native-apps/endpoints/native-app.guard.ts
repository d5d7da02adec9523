import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BrokerError } from '../../errors/broker-error.ts';
import { findAttestationFlaw } from './attestation.ts';
import { AttestationLog } from './attestation-log.service.ts';
import { setCallingApp } from './calling-app.decorator.ts';
import { NativeAppCache } from '../registry/native-app.cache.ts';
import type { NativeApp } from '../registry/native-app.ts';
import { allowOrigin } from './native-cors.ts';
import { NativeLimits } from './native-limits.service.ts';

/**
 * Lets only registered apps ask: one whose client id is known, with the header that it has to carry, from an origin of its
 * own where it comes from a browser, and within the limits.
 */
@Injectable()
export class NativeAppGuard implements CanActivate {
  constructor(
    private readonly nativeAppCache: NativeAppCache,
    private readonly nativeLimits: NativeLimits,
    private readonly attestationLog: AttestationLog,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    await this.nativeLimits.countRequest(request.ip, reply);
    const app = await this.nativeAppCache.find(clientIdOf(request));
    if (!app) throw unknownClient();
    requireOrigin(app, request, reply);
    this.requireAttestation(app, request);
    await this.nativeLimits.countApp(app);
    if (app.status === 'paused')
      throw new BrokerError('AppPaused', 'This app is paused here. Its sessions wait for it.', {
        retryAfterSeconds: 60,
      });
    setCallingApp(request, app);
    return true;
  }

  private requireAttestation(app: NativeApp, { headers, ip }: FastifyRequest): void {
    const flaw = findAttestationFlaw(app, headers);
    if (flaw === undefined) return;
    this.attestationLog.noteRefusal(app, flaw, ip);
    throw unknownClient();
  }
}

function clientIdOf({ body }: FastifyRequest): string {
  const clientId =
    typeof body === 'object' && body !== null && 'client_id' in body ? body.client_id : undefined;
  if (typeof clientId === 'string' && clientId !== '') return clientId;
  throw new BrokerError('InvalidRequest', 'client_id: is missing');
}

/** What is no browser sends no `Origin`; whatever sends one is held to it. */
function requireOrigin({ origins }: NativeApp, { headers }: FastifyRequest, reply: FastifyReply): void {
  const { origin } = headers;
  if (origin === undefined) return;
  if (!origins.includes(origin))
    throw new BrokerError('OriginNotAllowed', 'Pages of this origin may not ask for this app.');
  allowOrigin(reply, origin);
}

/** One answer, whether the app is not known or something else only looks like it. */
function unknownClient(): BrokerError {
  return new BrokerError('InvalidClient', 'No app of this client id is known here, or this is not it.');
}
