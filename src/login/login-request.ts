import { z } from 'zod';
import { SessionId } from '../database/tables/id.ts';

/** What a login is begun with, by a link or a form. */
export const loginRequest = z.object({
  identifier: z.string().trim().max(2048).optional().describe('a handle, a DID or the URL of a PDS'),
  return_to: z
    .string()
    .max(2048)
    .optional()
    .describe('where to go afterwards: a path here, or an allowed origin'),
  reconnect: SessionId.optional().describe('the id of a session of a key that needs its owner again'),
  prompt: z
    .enum(['consent'])
    .optional()
    .describe('consent: the server asks for every permission again, given before or not'),
  replace: z.enum(['yes']).optional().describe('yes: sign in although this browser is signed in already'),
});

export type LoginRequest = z.infer<typeof loginRequest>;
