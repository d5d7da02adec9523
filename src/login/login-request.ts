import { z } from 'zod';
import { SessionId } from '../database/tables/id.ts';

/** The input of a login, from a link or a form. */
export const loginRequest = z.object({
  identifier: z
    .string()
    .trim()
    .max(2048)
    .optional()
    .meta({
      description: 'a handle, a DID or the URL of a PDS',
      examples: ['alice.bsky.social'],
    }),
  return_to: z
    .string()
    .max(2048)
    .optional()
    .describe('where to go afterwards: a path of this broker, or a URL at an allowed origin'),
  reconnect: SessionId.optional().describe("the id of a key's session to reconnect"),
  prompt: z.enum(['consent']).optional().describe('consent: the server shows its consent page again'),
  replace: z.enum(['yes']).optional().describe('yes: sign in even if this browser is already signed in'),
});

export type LoginRequest = z.infer<typeof loginRequest>;
