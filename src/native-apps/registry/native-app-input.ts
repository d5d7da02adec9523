import { z } from 'zod';
import { appOrigin } from './app-origin.ts';
import { hostedMetadata } from './hosted-metadata.ts';

/** What stands in the addresses of an app's documents. */
const appName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, 'must be 1 to 64 lowercase letters, digits and hyphens');

/** Headers whose value is never the app's own. */
const RESERVED_HEADERS = ['authorization', 'cookie', 'host', 'origin', 'dpop', 'content-type'];

const attestation = z.strictObject({
  header: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'must be the name of a header')
    .transform(name => name.toLowerCase())
    .refine(name => !RESERVED_HEADERS.includes(name), 'is a header that means something else'),
  secret: z
    .string()
    .regex(/^[\x21-\x7e]{16,256}$/, 'must have 16 to 256 visible ASCII characters')
    .describe('the value that the header must have; only its digest is stored'),
});

const changeable = {
  origins: z.array(appOrigin).max(20).describe('web origins that may call for it (CORS)'),
  attestation: attestation.nullable().describe('a header that its requests must carry'),
  limitPerMinute: z.int().min(1).max(1_000_000).nullable().describe('null for what the settings say'),
};

/** What the operator registers an app with. */
export const nativeAppInput = z.strictObject({
  name: appName,
  clientId: z.url().max(512).optional().describe('where the app hosts its client metadata itself'),
  metadata: hostedMetadata.optional().describe('where the broker hosts them; one of the two'),
  origins: changeable.origins.default([]),
  attestation: changeable.attestation.default(null),
  limitPerMinute: changeable.limitPerMinute.default(null),
});

/** What the operator may change of an app; what is left out stays. Its client id is for ever. */
export const nativeAppChange = z.strictObject({
  metadata: hostedMetadata.optional(),
  origins: changeable.origins.optional(),
  attestation: changeable.attestation.optional(),
  limitPerMinute: changeable.limitPerMinute.optional(),
});

export type NativeAppInput = z.infer<typeof nativeAppInput>;
export type NativeAppChange = z.infer<typeof nativeAppChange>;
