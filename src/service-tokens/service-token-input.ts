import { isAtprotoDid, isAtprotoDidRefAbsolute } from '@atproto/did';
import { NSID } from '@atproto/syntax';
import { z } from 'zod';
import { DEFAULT_LIFE_SECONDS, LONGEST_LIFE_SECONDS, MARGIN_SECONDS } from './service-token.ts';

/** Longer than any DID and service name that a server accepts. */
const LONGEST_AUDIENCE = 512;

const { oneMethod, anyMethod } = LONGEST_LIFE_SECONDS;

/** A service: a DID, or one of its services as `did#service`. */
export const audience = z
  .string()
  .max(LONGEST_AUDIENCE)
  .refine(isAudience, 'must be a did:plc or did:web, or one of its services as did#service')
  .meta({ examples: ['did:web:api.bsky.app#bsky_appview'] });

/** The NSID of a method. */
export const method = z
  .string()
  .refine((value): boolean => NSID.isValid(value), 'must be the NSID of a method')
  .meta({ examples: ['app.bsky.feed.getTimeline'] });

/** The request for a service token, with defaults for omitted fields. */
export const serviceTokenInput = z
  .object({
    aud: audience.describe('the service: a DID, or did#service'),
    lxm: method.optional().describe('the only method that the token may call there'),
    expiresIn: z
      .int()
      .min(1)
      .max(oneMethod)
      .default(DEFAULT_LIFE_SECONDS)
      .describe(`the longest remaining life in seconds, at most ${anyMethod} without lxm`),
    minValiditySeconds: z
      .int()
      .min(0)
      .default(0)
      .describe(
        `the shortest remaining life of a cached token in seconds, at most expiresIn - ${MARGIN_SECONDS}`,
      ),
    fresh: z
      .boolean()
      .default(false)
      .describe('mint a new token, for example because a service refused the cached one'),
  })
  .superRefine(({ lxm, expiresIn, minValiditySeconds }, context) => {
    if (lxm === undefined && expiresIn > anyMethod)
      context.addIssue({
        code: 'custom',
        path: ['expiresIn'],
        message: `must be at most ${anyMethod} without lxm`,
      });
    if (minValiditySeconds > Math.max(0, expiresIn - MARGIN_SECONDS))
      context.addIssue({
        code: 'custom',
        path: ['minValiditySeconds'],
        message: `must be at most expiresIn - ${MARGIN_SECONDS}`,
      });
  });

function isAudience(value: string): boolean {
  return isAtprotoDid(value) || isAtprotoDidRefAbsolute(value);
}
