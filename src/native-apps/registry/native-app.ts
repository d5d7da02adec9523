import type { Selectable } from 'kysely';
import type { NativeAppStatus, NativeAppTable } from '../../database/tables/native-app.ts';
import type { NativeAppId } from '../../database/tables/id.ts';
import { toTimestamp } from '../../database/tables/timestamp.ts';
import type { HostedMetadata } from './hosted-metadata.ts';

export type NativeAppRow = Selectable<NativeAppTable>;

/** The header that proves that a request comes from the app or its gateway. */
type Attestation = {
  /** The header's name, in lower case. */
  readonly header: string;
  /** The digest of the header's value. */
  readonly digest: string;
};

/** A native app that the operator has registered. */
export type NativeApp = {
  readonly id: NativeAppId;
  readonly name: string;
  readonly clientId: string;
  readonly status: NativeAppStatus;
  /** The client metadata that the broker hosts; null if the app hosts them itself. */
  readonly metadata: HostedMetadata | null;
  /** The web origins whose pages may call for the app. Callers other than browsers send no origin. */
  readonly origins: readonly string[];
  readonly attestation: Attestation | null;
  /** Requests per minute; null for the limit of the settings. */
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
