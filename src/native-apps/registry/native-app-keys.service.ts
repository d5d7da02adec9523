import { Injectable } from '@nestjs/common';
import type { NativeAppId } from '../../database/tables/id.ts';
import type { AuditSource } from '../../audit/audit-event.ts';
import {
  ClientKeyRotation,
  type KeyStepResult,
} from '../../oauth/client-keys/client-key-rotation.service.ts';
import type { ClientKeyView } from '../../oauth/client-keys/client-key-view.ts';
import { NativeAppCache } from './native-app.cache.ts';
import { NativeApps } from './native-apps.service.ts';

/** The operator's actions on the client keys of an app, as on the broker's own. */
@Injectable()
export class NativeAppKeys {
  constructor(
    private readonly nativeApps: NativeApps,
    private readonly clientKeyRotation: ClientKeyRotation,
    private readonly nativeAppCache: NativeAppCache,
  ) {}

  async list(name: string): Promise<ClientKeyView[]> {
    return this.clientKeyRotation.list((await this.nativeApps.get(name)).id);
  }

  /** @throws BrokerError as {@link ClientKeyRotation} does, and `NotFound` for the app */
  publish(name: string, dryRun: boolean, by: AuditSource): Promise<KeyStepResult> {
    return this.step(name, owner => this.clientKeyRotation.publish({ owner, dryRun, by }));
  }

  activate(name: string, kid: string, dryRun: boolean, by: AuditSource): Promise<KeyStepResult> {
    return this.step(name, owner => this.clientKeyRotation.activate(kid, { owner, dryRun, by }));
  }

  retire(name: string, kid: string, dryRun: boolean, by: AuditSource): Promise<KeyStepResult> {
    return this.step(name, owner => this.clientKeyRotation.retire(kid, { owner, dryRun, by }));
  }

  private async step(
    name: string,
    act: (owner: NativeAppId) => Promise<KeyStepResult>,
  ): Promise<KeyStepResult> {
    const { id, clientId } = await this.nativeApps.get(name);
    const result = await act(id);
    this.nativeAppCache.forget(clientId);
    return result;
  }
}
