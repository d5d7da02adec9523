import { isScopePart, normalScopePart } from './scope-part.ts';
import { text } from './text-settings.ts';

/** Parts of a scope: known AT Protocol scopes with single spaces between them, each once. */
export const scopeList = text.superRefine((value, context) => {
  const parts = value.split(' ');
  const unknown = parts.filter(part => !isScopePart(part));
  if (unknown.length > 0) {
    context.addIssue(
      `has parts that are no AT Protocol scope (${JSON.stringify(unknown)}); correct or remove them`,
    );
  }
  if (new Set(parts.map(normalScopePart)).size < parts.length)
    context.addIssue('names a scope twice; remove the copy');
});

/** A scope as the authorization request carries it: a {@link scopeList} with `atproto` in it. */
export const oauthScope = scopeList.superRefine((value, context) => {
  if (!value.split(' ').includes('atproto')) context.addIssue('must contain atproto; add it');
});
