import { Injectable } from '@nestjs/common';
import type { Transaction } from 'kysely';
import type { AuditSource } from '../../audit/audit-event.ts';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { Config } from '../../config/config.ts';
import { digestOf } from '../../crypto/secret.ts';
import { isUniqueViolation } from '../../database/engine/database-error.ts';
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

/** The apps that the operator has registered. */
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
    if (!app) throw new BrokerError('NotFound', 'There is no app of this name.');
    return app;
  }

  /**
   * Registers an app, with a key that signs at once: nobody has read its JWKS before.
   *
   * @throws BrokerError `PublicClient`; `InvalidRequest`; `AppExists` when its name or its client id is taken
   */
  async add(ask: NativeAppInput, by: AuditSource): Promise<NativeApp> {
    this.requireReachable();
    const key = await generateClientKey();
    const now = new Date();
    const app: NativeApp = {
      id: newId(NativeAppId),
      name: ask.name,
      clientId: this.clientIdOf(ask),
      status: 'active',
      metadata: ask.metadata ?? null,
      origins: ask.origins,
      attestation: toAttestation(ask.attestation),
      limitPerMinute: ask.limitPerMinute,
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
   * Changes what may be changed of an app.
   *
   * @throws BrokerError `NotFound`; `InvalidRequest` for metadata that the app hosts itself
   */
  async change(name: string, change: NativeAppChange, by: AuditSource): Promise<NativeApp> {
    const app = await this.get(name);
    if (change.metadata && !app.metadata)
      throw new BrokerError('InvalidRequest', 'metadata: the app hosts its client metadata itself.');
    return this.replace('changed', app, by, {
      metadata: change.metadata ?? app.metadata,
      origins: change.origins ?? app.origins,
      attestation: change.attestation === undefined ? app.attestation : toAttestation(change.attestation),
      limitPerMinute: change.limitPerMinute === undefined ? app.limitPerMinute : change.limitPerMinute,
    });
  }

  /** Signs nothing for an app until it is resumed; its sessions wait as they are, and its documents stay. */
  async pause(name: string, by: AuditSource): Promise<NativeApp> {
    const app = await this.get(name);
    return app.status === 'paused' ? app : this.replace('paused', app, by, { status: 'paused' });
  }

  async resume(name: string, by: AuditSource): Promise<NativeApp> {
    const app = await this.get(name);
    return app.status === 'active' ? app : this.replace('resumed', app, by, { status: 'active' });
  }

  /**
   * Removes an app for good, with its keys: none of its sessions can be refreshed any more.
   *
   * @throws BrokerError `NotFound`; `AppActive` while it is not paused
   */
  async remove(name: string, by: AuditSource): Promise<void> {
    const app = await this.get(name);
    await this.write('removed', app, by, async transaction => {
      if (!(await this.nativeAppRows.deletePausedApp(app.id, transaction)))
        throw new BrokerError(
          'AppActive',
          'Pause the app first: without its keys, none of its sessions lives longer than its access token.',
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
    // Two changes of one millisecond are two.
    const changedAt = new Date(Math.max(Date.now(), was.changedAt.getTime() + 1));
    const app = { ...was, ...change, changedAt };
    await this.write(step, app, by, async transaction => {
      if (await this.nativeAppRows.replaceApp(was, app, transaction)) return;
      throw new BrokerError('AppChanged', 'Somebody else changed this app just now. Look at it again.');
    });
    return app;
  }

  private async write(
    step: Step,
    { id, name, clientId }: NativeApp,
    by: AuditSource,
    work: (transaction: Transaction<Schema>) => Promise<void>,
  ): Promise<void> {
    await this.database.transaction().execute(async transaction => {
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
      throw new BrokerError('AppExists', 'An app of this name or client id is registered already.', {
        cause,
      });
    }
  }

  private clientIdOf({ name, clientId, metadata }: NativeAppInput): string {
    if ((clientId === undefined) === (metadata === undefined))
      throw new BrokerError('InvalidRequest', 'clientId, metadata: give one of the two.');
    if (clientId === undefined) return hostedClientId(this.config, name);
    const url = URL.parse(clientId);
    const isHttps =
      url?.protocol === 'https:' || (this.config.outbound.allowHttp && url?.protocol === 'http:');
    if (!isHttps || url.href !== clientId || url.hash !== '' || url.username !== '' || url.password !== '')
      throw new BrokerError('InvalidRequest', 'clientId: must be the https URL of its client metadata.');
    return clientId;
  }

  private requireReachable(): void {
    if (this.config.client.kind === 'confidential') return;
    const message = 'Issuers could not read the keys of an app here: set an https LATCHKEY_PUBLIC_URL.';
    throw new BrokerError('PublicClient', message);
  }
}

function toAttestation(ask: NativeAppInput['attestation']): NativeApp['attestation'] {
  return ask && { header: ask.header, digest: digestOf(ask.secret) };
}
