import { z } from 'zod';
import { oauthScope } from '../../config/values/oauth-scope.ts';
import { webPage } from '../../config/values/urls.ts';

/** Issuers redirect confidential clients to https URLs only. An app claims such URLs (universal links, app links). */
const redirectUri = z
  .string()
  .max(2048)
  .refine(isHttpsUrl, 'must be an https URL without a fragment, such as https://app.example/callback');

/** The operator's input for client metadata that the broker hosts. */
export const hostedMetadata = z.strictObject({
  clientName: z
    .string()
    .regex(/^[^\p{Cc}]{1,100}$/u, 'must be one line of at most 100 characters')
    .meta({ description: 'what people see when they authorize', examples: ['Field Notes'] }),
  clientUri: webPage.optional().describe("the app's own page"),
  logoUri: webPage.optional(),
  tosUri: webPage.optional(),
  policyUri: webPage.optional(),
  redirectUris: z
    .array(redirectUri)
    .min(1)
    .max(20)
    .meta({ examples: [['https://app.example/callback']] }),
  scope: oauthScope.default('atproto transition:generic'),
});

export type HostedMetadata = z.infer<typeof hostedMetadata>;

function isHttpsUrl(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' && url.hash === '' && url.username === '' && url.password === '';
}
