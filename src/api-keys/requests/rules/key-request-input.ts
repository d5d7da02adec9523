import { z } from 'zod';
import { keyName } from '../../edits/key-name.ts';
import { isKeyPreset } from './key-presets.ts';
import { parseLoopbackAddress } from './loopback-address.ts';

const scope = z
  .string()
  .max(4096)
  .superRefine((value, context) => {
    if (isKeyPreset(value)) return;
    const parts = value.split(' ');
    if (parts.includes('')) context.addIssue('must have single spaces between its parts');
    if (new Set(parts).size < parts.length) context.addIssue('must not repeat a part');
    if (!parts.includes('atproto')) context.addIssue('must contain atproto');
  });

/** The input of a key request. */
export const keyRequestInput = z.object({
  identifier: z
    .string()
    .trim()
    .min(1)
    .max(2048)
    .meta({ description: 'the account: a handle or a DID', examples: ['alice.bsky.social'] }),
  name: keyName.describe('the name of the key, which its owner sees as chosen by the requester'),
  scope: scope
    .describe(
      'a preset of GET /api/key-requests/scopes (post, all), or parts with single spaces between them: atproto, and parts that this route lists or less of them',
    )
    .meta({ examples: ['atproto repo:app.bsky.feed.post'] }),
  expiresInDays: z
    .int()
    .min(1)
    .max(365)
    .optional()
    .meta({ description: 'the life of the key in days, unlimited if omitted', examples: [90] }),
  loopback: z
    .string()
    .max(2048)
    .refine(
      text => parseLoopbackAddress(text) !== undefined,
      'must be http://127.0.0.1:PORT/… or http://[::1]:PORT/…, without credentials or a fragment',
    )
    .optional()
    .describe(
      "a URL on the requester's own machine, to which the owner's browser is sent with the claim code",
    )
    .meta({ examples: ['http://127.0.0.1:4711/done'] }),
});

export type KeyRequestInput = z.infer<typeof keyRequestInput>;
