import { z } from 'zod';
import { appOrigin } from './app-origin.ts';
import { hostedMetadata } from './hosted-metadata.ts';

/** The name of an app, as the URLs of its documents contain it. */
const appName = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/,
    'must be 1 to 64 lowercase letters, digits and hyphens, such as field-app',
  )
  .meta({ examples: ['field-app'] });

/** Headers that have another meaning, so no app can choose their value. */
const RESERVED_HEADERS = ['authorization', 'cookie', 'host', 'origin', 'dpop', 'content-type'];

const attestation = z.strictObject({
  header: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'must be the name of a header, such as X-App-Attestation')
    .transform(name => name.toLowerCase())
    .refine(
      name => !RESERVED_HEADERS.includes(name),
      'has another meaning already: choose a header of your own, such as X-App-Attestation',
    ),
  secret: z
    .string()
    .regex(
      /^[\x21-\x7e]{16,256}$/,
      'must have 16 to 256 visible ASCII characters, such as the output of: openssl rand -hex 32',
    )
    .describe('the value that the header must have; only its digest is stored'),
});

const changeable = {
  origins: z.array(appOrigin).max(20).describe('web origins that may call for it (CORS)'),
  attestation: attestation.nullable().describe('a header that its requests must carry'),
  limitPerMinute: z.int().min(1).max(1_000_000).nullable().describe('null for what the settings say'),
};

/** The operator's input to register an app. */
export const nativeAppInput = z.strictObject({
  name: appName,
  clientId: z
    .url()
    .max(512)
    .optional()
    .meta({
      description: 'where the app hosts its client metadata itself',
      examples: ['https://app.example/oauth-client-metadata.json'],
    }),
  metadata: hostedMetadata.optional().describe('where the broker hosts them; one of the two'),
  origins: changeable.origins.default([]),
  attestation: changeable.attestation.default(null),
  limitPerMinute: changeable.limitPerMinute.default(null),
});

/** The operator's changes to an app. Omitted members stay. The client id never changes. */
export const nativeAppChange = z.strictObject({
  metadata: hostedMetadata.optional(),
  origins: changeable.origins.optional(),
  attestation: changeable.attestation.optional(),
  limitPerMinute: changeable.limitPerMinute.optional(),
});

export type NativeAppInput = z.infer<typeof nativeAppInput>;
export type NativeAppChange = z.infer<typeof nativeAppChange>;
