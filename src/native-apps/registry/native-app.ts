import type { Selectable } from 'kysely';
import type { NativeAppStatus, NativeAppTable } from '../../database/tables/native-app.ts';
import type { NativeAppId } from '../../database/tables/id.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';
import type { HostedMetadata } from './hosted-metadata.ts';

export type NativeAppRow = Selectable<NativeAppTable>;

/** What a request of an app has to carry, so that it is believed to come from the app. */
type Attestation = {
  /** In lower case. */
  readonly header: string;
  /** Digest of the header's value. */
  readonly digest: string;
};

/** A native app that the operator has registered. */
export type NativeApp = {
  readonly id: NativeAppId;
  readonly name: string;
  readonly clientId: string;
  readonly status: NativeAppStatus;
  /** What its client metadata say, where the broker hosts them; `null` where the app does. */
  readonly metadata: HostedMetadata | null;
  /** Web origins that may call for it; what is no browser names none. */
  readonly origins: readonly string[];
  readonly attestation: Attestation | null;
  /** Requests a minute; `null` for what the settings say. */
  readonly limitPerMinute: number | null;
  readonly createdAt: Date;
  readonly changedAt: Date;
};

export function toNativeApp(row: NativeAppRow): NativeApp {
  const { attestation_header: header, attestation_digest: digest } = row;
  return {
    id: row.id,
    name: row.name,
    clientId: row.client_id,
    status: row.status as NativeAppStatus,
    metadata: row.metadata === null ? null : (JSON.parse(row.metadata) as HostedMetadata),
    origins: JSON.parse(row.origins) as string[],
    attestation: header === null || digest === null ? null : { header, digest },
    limitPerMinute: row.limit_per_minute,
    createdAt: new Date(row.created_at),
    changedAt: new Date(row.changed_at),
  };
}

export function toNativeAppRow(app: NativeApp): Omit<NativeAppRow, 'mac'> {
  return {
    id: app.id,
    name: app.name,
    client_id: app.clientId,
    status: app.status,
    metadata: app.metadata === null ? null : JSON.stringify(app.metadata),
    origins: JSON.stringify(app.origins),
    attestation_header: app.attestation?.header ?? null,
    attestation_digest: app.attestation?.digest ?? null,
    limit_per_minute: app.limitPerMinute,
    created_at: toTimestamp(app.createdAt),
    changed_at: toTimestamp(app.changedAt),
  };
}
