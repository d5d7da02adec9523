import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { nativeAppStatuses } from '../../database/tables/native-app.ts';
import { jwksUriOf } from './app-documents.ts';
import { hostedMetadata } from './hosted-metadata.ts';
import type { NativeApp } from './native-app.ts';

const time = z.iso.datetime();

/** A registered app as the operator sees it. */
export const nativeAppView = z.object({
  id: z.string(),
  name: z.string(),
  clientId: z.string(),
  status: z.enum(nativeAppStatuses).describe('paused: nothing is signed for it; its sessions wait'),
  hosting: z.enum(['app', 'broker']).describe('who hosts its client metadata'),
  jwksUri: z.string().describe('what its client metadata have to name'),
  metadata: hostedMetadata.nullable(),
  origins: z.array(z.string()),
  attestationHeader: z.string().nullable().describe('the header that its requests must carry'),
  limitPerMinute: z.int().nullable(),
  createdAt: time,
  changedAt: time,
});

export type NativeAppView = z.infer<typeof nativeAppView>;

export function toNativeAppView(app: NativeApp, config: Pick<Config, 'baseUrl'>): NativeAppView {
  const { id, name, clientId, status, metadata, limitPerMinute } = app;
  return {
    ...{ id, name, clientId, status, metadata, limitPerMinute },
    hosting: metadata === null ? 'app' : 'broker',
    jwksUri: jwksUriOf(config, name),
    origins: [...app.origins],
    attestationHeader: app.attestation?.header ?? null,
    createdAt: app.createdAt.toISOString(),
    changedAt: app.changedAt.toISOString(),
  };
}
