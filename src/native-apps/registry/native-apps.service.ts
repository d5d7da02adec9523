import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import type { AuditSource } from '../../audit/audit-event.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { Config } from '../../config/config.ts';
import { digestOf } from '../../crypto/secret.ts';
import { isUniqueViolation } from '../../database/connection/database-error.ts';
import { Database } from '../../database/connection/database.ts';
import type { Schema } from '../../database/tables/schema.ts';
import { NativeAppId, newId } from '../../database/tables/id.ts';
import { BrokerError } from '../../errors/broker-error.ts';
import { Log } from '../../observability/log/log.ts';
import { generateClientKey } from '../../oauth/client-keys/client-key.ts';
import { ClientKeyRepository } from '../../oauth/client-keys/client-key.repository.ts';
import { hostedClientId } from './app-documents.ts';
import { NativeAppCache } from './native-app.cache.ts';
import type { NativeApp } from './native-app.ts';
import type { NativeAppInput, NativeAppChange } from './native-app-input.ts';
import { NativeAppRepository } from './native-app.repository.ts';

type Step = 'added' | 'changed' | 'paused' | 'resumed' | 'removed';

/** Deletes what belongs to an app, in the transaction that removes the app. */
export type RemovalListener = (appId: NativeAppId, transaction: Transaction<Schema>) => Promise<void>;

/** The apps that the operator registered. */
@Injectable()
export class NativeApps {
  private readonly removalListeners: RemovalListener[] = [];

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly nativeAppRows: NativeAppRepository,
    private readonly clientKeyRows: ClientKeyRepository,
    private readonly nativeAppCache: NativeAppCache,
    private readonly auditLog: AuditLog,
    private readonly log: Log,
  ) {}

  /** Calls `listener` within every removal. If it throws, the app stays. */
  onRemoval(listener: RemovalListener): void {
    this.removalListeners.push(listener);
  }

  list(): Promise<NativeApp[]> {
    return this.nativeAppRows.listApps();
  }

  /** @throws BrokerError `NotFound` */
  async get(name: string): Promise<NativeApp> {
    const app = await this.nativeAppRows.findAppByName(name);
    if (!app) throw new BrokerError('NotFound', 'No app of this name is registered.');
    return app;
  }

  /**
   * Registers an app with a key that is active at once: no issuer has cached its JWKS yet.
   *
   * @throws BrokerError `PublicClient`; `InvalidRequest`; `AppExists` when its name or its client id is in use
   */
  async add(input: NativeAppInput, by: AuditSource): Promise<NativeApp> {
    this.requireReachable();
    const key = await generateClientKey();
    const now = new Date();
    const app: NativeApp = {
      id: newId(NativeAppId),
      name: input.name,
      clientId: this.clientIdOf(input),
      status: 'active',
      metadata: input.metadata ?? null,
      origins: input.origins,
      attestation: toAttestation(input.attestation),
      limitPerMinute: input.limitPerMinute,
      createdAt: now,
      changedAt: now,
    };
    await this.write('added', app, by, async transaction => {
      await this.insert(app, transaction);
      await this.clientKeyRows.insert(key, { owner: app.id, active: true }, transaction);
    });
    return app;
  }

  /**
   * Changes an app.
   *
   * @throws BrokerError `NotFound`; `InvalidRequest` for metadata that the app hosts itself
   */
  async change(name: string, change: NativeAppChange, by: AuditSource): Promise<NativeApp> {
    const app = await this.get(name);
    if (change.metadata && !app.metadata)
      throw new BrokerError(
        'InvalidRequest',
        'metadata is not taken: the app hosts its client metadata itself. Change them there.',
      );
    return this.replace('changed', app, by, {
      metadata: change.metadata ?? app.metadata,
      origins: change.origins ?? app.origins,
      attestation: change.attestation === undefined ? app.attestation : toAttestation(change.attestation),
      limitPerMinute: change.limitPerMinute === undefined ? app.limitPerMinute : change.limitPerMinute,
    });
  }

  /** Signs nothing for an app until it is resumed. Its sessions and its documents stay as they are. */
  async pause(name: string, by: AuditSource): Promise<NativeApp> {
    const app = await this.get(name);
    return app.status === 'paused' ? app : this.replace('paused', app, by, { status: 'paused' });
  }

  async resume(name: string, by: AuditSource): Promise<NativeApp> {
    const app = await this.get(name);
    return app.status === 'active' ? app : this.replace('resumed', app, by, { status: 'active' });
  }

  /**
   * Removes an app and its keys for good. None of its sessions can be refreshed any more.
   *
   * @throws BrokerError `NotFound`; `AppActive` while it is not paused
   */
  async remove(name: string, by: AuditSource): Promise<void> {
    const app = await this.get(name);
    await this.write('removed', app, by, async transaction => {
      if (!(await this.nativeAppRows.deletePausedApp(app.id, transaction)))
        throw new BrokerError(
          'AppActive',
          'This app is active. Pause it first: without its keys, its sessions end with their access tokens.',
        );
      await this.clientKeyRows.deleteOfApp(app.id, transaction);
      for (const deleteRest of this.removalListeners) await deleteRest(app.id, transaction);
    });
  }

  private async replace(
    step: Step,
    was: NativeApp,
    by: AuditSource,
    change: Partial<NativeApp>,
  ): Promise<NativeApp> {
    // Adds 1 ms, so that two changes within one differ.
    const changedAt = new Date(Math.max(Date.now(), was.changedAt.getTime() + 1));
    const app = { ...was, ...change, changedAt };
    await this.write(step, app, by, async transaction => {
      if (await this.nativeAppRows.replaceApp(was, app, transaction)) return;
      throw new BrokerError(
        'AppChanged',
        'This app was changed at the same time. Read it again, then repeat your change.',
      );
    });
    return app;
  }

  private async write(
    step: Step,
    { id, name, clientId }: NativeApp,
    by: AuditSource,
    work: (transaction: Transaction<Schema>) => Promise<void>,
  ): Promise<void> {
    await this.database.transact(async transaction => {
      await work(transaction);
      const event = { ...by, action: `native-app.${step}`, target: { kind: 'native-app', id } } as const;
      await this.auditLog.record({ ...event, detail: { name, clientId } }, transaction);
    });
    this.nativeAppCache.forget(clientId);
    this.log.nativeAppChanged({ app: name, clientId, step });
  }

  private async insert(app: NativeApp, transaction: Transaction<Schema>): Promise<void> {
    try {
      await this.nativeAppRows.insertApp(app, transaction);
    } catch (cause) {
      if (!isUniqueViolation(cause)) throw cause;
      throw new BrokerError(
        'AppExists',
        'An app with this name or client id is registered already. Choose another name.',
        {
          cause,
        },
      );
    }
  }

  private clientIdOf({ name, clientId, metadata }: NativeAppInput): string {
    if (clientId === undefined && metadata === undefined)
      throw new BrokerError('InvalidRequest', 'clientId or metadata is missing. Give one of the two.');
    if (clientId !== undefined && metadata !== undefined)
      throw new BrokerError(
        'InvalidRequest',
        'clientId and metadata exclude each other. Give one of the two.',
      );
    if (clientId === undefined) return hostedClientId(this.config, name);
    const url = URL.parse(clientId);
    const isHttps =
      url?.protocol === 'https:' || (this.config.outbound.allowHttp && url?.protocol === 'http:');
    if (!isHttps || url.href !== clientId || url.hash !== '' || url.username !== '' || url.password !== '')
      throw new BrokerError(
        'InvalidRequest',
        'clientId must be the https URL of its client metadata, such as https://app.example/client.json.',
      );
    return clientId;
  }

  private requireReachable(): void {
    if (this.config.client.kind === 'confidential') return;
    const message =
      'Issuers could not read the keys of an app here. Set an https LATCHKEY_PUBLIC_URL, then register the app.';
    throw new BrokerError('PublicClient', message);
  }
}

function toAttestation(input: NativeAppInput['attestation']): NativeApp['attestation'] {
  return input && { header: input.header, digest: digestOf(input.secret) };
}
