import { z } from 'zod';
import { toOpenApiSchema } from '../../http/schemas/openapi-schema.ts';

const own = {
  client_id: z.string().describe('of a registered app'),
  issuer: z.string().describe('the origin of the authorization server, as it names itself'),
  key_id: z.string().optional().describe('the Latchkey-Key-Id that the session began with'),
};

const text = z.string();

/** The parameters of the endpoints: strings, each at most once, and no others. */
export const requestSchemas = {
  par: toOpenApiSchema(
    z.object({
      ...own,
      response_type: text,
      redirect_uri: text,
      code_challenge: text,
      code_challenge_method: text,
      scope: text.optional(),
      state: text.optional(),
      login_hint: text.optional(),
      prompt: text.optional(),
      response_mode: text.optional(),
    }),
  ),
  token: toOpenApiSchema(
    z.object({
      ...own,
      grant_type: z.enum(['authorization_code', 'refresh_token']),
      code: text.optional(),
      code_verifier: text.optional(),
      redirect_uri: text.optional(),
      refresh_token: text.optional(),
      scope: text.optional(),
    }),
  ),
  revoke: toOpenApiSchema(z.object({ ...own, token: text, token_type_hint: text.optional() })),
};

/** RFC 6749 section 5.2. */
export const oauthErrorSchema = toOpenApiSchema(
  z.object({ error: z.string(), error_description: z.string() }),
);
