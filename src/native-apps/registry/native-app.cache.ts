import { Injectable } from '@nestjs/common';
import { ForeignWrites } from '../../database/cache/foreign-writes.service.ts';
import { RowCache } from '../../database/cache/row-cache.ts';
import type { ClientKey } from '../../oauth/client-keys/client-key.ts';
import { type ClientKeyReading, ClientKeyRepository } from '../../oauth/client-keys/client-key.repository.ts';
import { toClientKey } from '../../oauth/client-keys/client-keys.service.ts';
import type { NativeApp } from './native-app.ts';
import { NativeAppRepository } from './native-app.repository.ts';

const MOST_APPS = 1_000;
const ALL = 'all';

/** A key of an app, ready to sign. */
export type AppKey = ClientKeyReading & { readonly clientKey: ClientKey };

/** An app with its keys, as a request needs them. */
export type KnownApp = NativeApp & { readonly keys: readonly AppKey[] };

/** Caches registered apps by their client ids. A change by another instance is seen within five seconds. */
@Injectable()
export class NativeAppCache {
  private readonly rows: RowCache<KnownApp>;
  private readonly origins: RowCache<ReadonlySet<string>>;

  constructor(
    foreignWrites: ForeignWrites,
    private readonly nativeAppRows: NativeAppRepository,
    private readonly clientKeyRows: ClientKeyRepository,
  ) {
    this.rows = new RowCache(foreignWrites, {
      read: clientId => this.read(clientId),
      maxRows: MOST_APPS,
    });
    this.origins = new RowCache(foreignWrites, { read: () => this.readOrigins(), maxRows: 1 });
  }

  /** @throws BrokerError `SealedRowUnreadable` when a row was edited */
  find(clientId: string): Promise<KnownApp | undefined> {
    return this.rows.get(clientId);
  }

  /** Returns whether pages of a web origin may call for any app. */
  async hasOrigin(origin: string): Promise<boolean> {
    return (await this.origins.get(ALL))?.has(origin) ?? false;
  }

  /** Drops an app that this process changed. */
  forget(clientId: string): void {
    this.rows.forget(clientId);
    this.origins.forget(ALL);
  }

  private async read(clientId: string): Promise<KnownApp | undefined> {
    const app = await this.nativeAppRows.findAppByClientId(clientId);
    if (!app) return undefined;
    const keys = await this.clientKeyRows.list(app.id);
    return { ...app, keys: keys.map(key => ({ ...key, clientKey: toClientKey(key) })) };
  }

  private async readOrigins(): Promise<ReadonlySet<string>> {
    return new Set((await this.nativeAppRows.listApps()).flatMap(({ origins }) => origins));
  }
}
