import { isScopePart, normalScopePart } from './scope-part.ts';
import { text } from './text-settings.ts';

/** A scope as the authorization request carries it: known AT Protocol scopes, single spaces, `atproto` among them. */
export const oauthScope = text.superRefine((value, context) => {
  const parts = value.split(' ');
  const unknown = parts.filter(part => !isScopePart(part));
  if (unknown.length > 0) {
    context.addIssue(
      `has parts that are no AT Protocol scope (${JSON.stringify(unknown)}); correct or remove them`,
    );
  }
  if (new Set(parts.map(normalScopePart)).size < parts.length)
    context.addIssue('names a scope twice; remove the copy');
  if (!parts.includes('atproto')) context.addIssue('must contain atproto; add it');
});
