import { z } from 'zod';
import { listOf, text } from './text-settings.ts';

const keyRemedy = 'make one with: openssl rand -base64 32';

const encryptionKey = z.string().transform((value, context): Buffer => {
  const key = Buffer.from(value, 'base64');
  if (key.length !== 32 || key.toString('base64') !== value) {
    context.addIssue(`must be the canonical base64 of exactly 32 bytes; ${keyRemedy}`);
  } else if (new Set(key).size < 8) {
    context.addIssue(`is not random; ${keyRemedy}`);
  }
  return key;
});

/** AES-256 keys in base64, comma-separated: the first seals, all of them open. */
export const encryptionKeys = listOf(encryptionKey)
  .refine(keys => keys.length > 0, `is empty; ${keyRemedy}, or remove the variable`)
  .refine(
    keys => new Set(keys.map(key => key.toString('base64'))).size === keys.length,
    'names one key twice; remove the copy',
  );

const tokenRemedy = 'make one with: openssl rand -hex 32';

/**
 * A bearer token of the operator (the b64token of RFC 6750, section 2.1), long and mixed enough to be random. The first
 * rule that it breaks is told: the remedy is the same.
 */
export const bearerToken = text
  .min(32, { error: `must have at least 32 characters; ${tokenRemedy}`, abort: true })
  .regex(/^[\w.~+/-]+=*$/, {
    error: `has characters that a bearer token cannot have; ${tokenRemedy}`,
    abort: true,
  })
  .refine(value => new Set(value).size >= 8, {
    error: `is too easy to guess; ${tokenRemedy}`,
    abort: true,
  })
  .refine(
    value => !/^ck(?:api|tmp)_/.test(value),
    `must not look like one of the broker's own keys; ${tokenRemedy}`,
  );
