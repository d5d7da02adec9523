import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BrokerError } from '../../errors/broker-error.ts';
import { Log } from '../../observability/log/log.ts';
import { NotePauses } from '../../observability/log/note-pauses.ts';
import { Metrics } from '../../observability/metrics/metrics.ts';
import { findAttestationFlaw } from './attestation.ts';
import { setCallingApp } from './calling-app.decorator.ts';
import { NativeAppCache } from '../registry/native-app.cache.ts';
import type { NativeApp } from '../registry/native-app.ts';
import { allowOrigin } from './native-cors.ts';
import { NativeLimits } from './native-limits.service.ts';

/**
 * Admits only registered apps: the client id must be known, the attestation valid, the browser's origin one of the app's
 * own, and the limits kept.
 */
@Injectable()
export class NativeAppGuard implements CanActivate {
  private readonly pauses = new NotePauses();

  constructor(
    private readonly nativeAppCache: NativeAppCache,
    private readonly nativeLimits: NativeLimits,
    private readonly metrics: Metrics,
    private readonly log: Log,
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
      throw new BrokerError(
        'AppPaused',
        'The operator of this broker paused this app. Its sessions stay; try again later.',
        {
          retryAfterSeconds: 60,
        },
      );
    setCallingApp(request, app);
    return true;
  }

  /**
   * Without the attestation, a stranger calls in the app's name, or the app's own requests bypass the gateway that attests
   * them. Strangers can cause any number of these: each is counted, and each app has one log line a minute.
   */
  private requireAttestation(app: NativeApp, { headers, ip }: FastifyRequest): void {
    const flaw = findAttestationFlaw(app, headers);
    if (flaw === undefined) return;
    this.metrics.nativeApps.unattestedRequest(flaw);
    if (this.pauses.isDue(app.id, performance.now()))
      this.log.nativeAppUnattested({ app: app.name, flaw, from: ip });
    throw unknownClient();
  }
}

function clientIdOf({ body }: FastifyRequest): string {
  const clientId =
    typeof body === 'object' && body !== null && 'client_id' in body ? body.client_id : undefined;
  if (typeof clientId === 'string' && clientId !== '') return clientId;
  throw new BrokerError('InvalidRequest', 'client_id is missing. Send the client id of a registered app.');
}

/** Callers other than browsers send no `Origin`. An origin that is sent must be one of the app's. */
function requireOrigin({ origins }: NativeApp, { headers }: FastifyRequest, reply: FastifyReply): void {
  const { origin } = headers;
  if (origin === undefined) return;
  if (!origins.includes(origin))
    throw new BrokerError(
      'OriginNotAllowed',
      'Pages of this origin may not call for this app. Its operator can register the origin.',
    );
  allowOrigin(reply, origin);
}

/** The same error for an unknown app and for a wrong attestation, so that neither can be told from the other. */
function unknownClient(): BrokerError {
  return new BrokerError(
    'InvalidClient',
    'No app with this client id is registered here, or the attestation of its requests is wrong.',
  );
}
