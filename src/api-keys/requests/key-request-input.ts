import { z } from 'zod';
import { parseLoopbackAddress } from './loopback-address.ts';

/** Neither controls, line ends, directions of writing and what else is invisible, nor letters that look like nothing. */
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}\u115F\u1160\u2800\u3164\uFFA0]{1,64}$/u;

const scope = z
  .string()
  .max(4096)
  .superRefine((value, context) => {
    const parts = value.split(' ');
    if (parts.includes('')) context.addIssue('must have single spaces between its parts');
    if (new Set(parts).size < parts.length) context.addIssue('must name nothing twice');
    if (!parts.includes('atproto')) context.addIssue('must contain atproto');
  });

/** What somebody who asks for a key says. */
export const keyRequestInput = z.object({
  identifier: z.string().trim().min(1).max(2048).describe('the account: a handle or a DID'),
  name: z
    .string()
    .trim()
    .regex(PRINTABLE, 'must be 1 to 64 printable characters')
    .describe('what the key is called; its owner is shown it as what the asker says'),
  scope: scope.describe(
    'with single spaces; atproto among them, and each one that the client metadata names',
  ),
  expiresInDays: z
    .int()
    .min(1)
    .max(365)
    .optional()
    .describe('without it the key ends only when it is revoked'),
  loopback: z
    .string()
    .max(2048)
    .refine(
      text => parseLoopbackAddress(text) !== undefined,
      'must be http://127.0.0.1:PORT/… or http://[::1]:PORT/…, without credentials or a fragment',
    )
    .optional()
    .describe("where on the asker's own machine the owner's browser is sent with the claim code"),
});

export type KeyRequestInput = z.infer<typeof keyRequestInput>;
