import { isAtprotoOauthScope } from '@atproto/oauth-scopes';
import { text } from './text-settings.ts';

/** A scope as the authorization request carries it: known AT Protocol scopes, single spaces, `atproto` among them. */
export const oauthScope = text.superRefine((value, context) => {
  const tokens = value.split(' ');
  const unknown = tokens.filter(token => !isAtprotoOauthScope(token));
  if (unknown.length > 0) {
    context.addIssue(
      `has parts that are no AT Protocol scope (${JSON.stringify(unknown)}); correct or remove them`,
    );
  }
  if (new Set(tokens).size < tokens.length) context.addIssue('names a scope twice; remove the copy');
  if (!tokens.includes('atproto')) context.addIssue('must contain atproto; add it');
});
