import { readHandle } from './typed-name.ts';

/** Why typed text names no account and no server. */
type Flaw =
  | 'empty'
  | 'too-long'
  | 'email'
  | 'fediverse'
  | 'phone'
  | 'address'
  | 'did-method'
  | 'did-malformed'
  | 'did-web-path'
  | 'server-without-scheme'
  | 'malformed-url'
  | 'url-with-password'
  | 'other-scheme'
  | 'path'
  | 'reserved'
  | 'no-dot'
  | 'blank'
  | 'characters'
  | 'malformed';

/** What is wrong with typed text, and the nearest text that might be right. */
export type IdentifierFlaw = {
  readonly kind: 'flawed';
  readonly flaw: Flaw;
  /** A handle, or the URL of a server. */
  readonly suggestion?: string;
};

/** What is wrong, and what to enter instead: on pages, in errors and on the command line. */
export const flawTexts: Readonly<Record<Flaw, string>> = {
  empty: 'Enter your handle, such as alice.bsky.social.',
  'too-long': 'That is too long. Enter your handle alone, such as alice.bsky.social.',
  email:
    'That is an e-mail address. Enter your handle instead, the name that apps show after an @, such as alice.bsky.social.',
  fediverse:
    'That is an address in the Fediverse. Enter a handle of the AT Protocol, such as alice.bsky.social.',
  phone: 'That is a phone number. Enter your handle instead, such as alice.bsky.social.',
  address: 'That is a number of a network address. Enter your handle, such as alice.bsky.social.',
  'did-method':
    'Accounts have DIDs that begin with did:plc: or did:web:. Enter one of these, or your handle.',
  'did-malformed':
    'That DID is not complete, or has a wrong character. Enter it again, or enter your handle, such as alice.bsky.social.',
  'did-web-path':
    'The did:web of an account has no path and no port. Enter it as in did:web:alice.example.com, or enter your handle.',
  'server-without-scheme':
    'That looks like the address of a server. Enter its whole URL, or enter your handle, such as alice.bsky.social.',
  'malformed-url': 'That is not a complete web address. Enter your handle, such as alice.bsky.social.',
  'url-with-password':
    'That web address has a user name or a password in it. Enter it without, or enter your handle, such as alice.bsky.social.',
  'other-scheme':
    'That address is of a kind that no account has. Enter your handle, such as alice.bsky.social.',
  path: 'A handle has no slash. Enter the handle alone, such as alice.bsky.social.',
  reserved:
    'No handle ends like that: the ending is reserved. Enter the whole handle, such as alice.bsky.social.',
  'no-dot': 'A handle has a dot in it, such as alice.bsky.social. Enter the whole handle.',
  blank: 'A handle has no blanks. Enter one handle, such as alice.bsky.social.',
  characters:
    'A handle has only letters, digits, hyphens and dots, such as alice.bsky.social. Enter yours without other characters.',
  malformed:
    'That is not a complete handle. Enter it as your app shows it after the @, such as alice.bsky.social.',
};

/** The server with the most accounts, whose people often type the first part of their handle alone. */
const USUAL_DOMAIN = 'bsky.social';
const USUAL_NAME = /^[a-z0-9](?:[a-z0-9-]{1,16})[a-z0-9]$/i;

const RESERVED = /\.(?:local|localhost|internal|invalid|example|arpa|alt|onion)$/i;

/** Each flaw with its sign, in the order of certainty. The text has no noise, and is no identifier. */
const SIGNS: readonly (readonly [Flaw, RegExp])[] = [
  ['empty', /^[@/.]*$/],
  ['did-web-path', /^did:web:[^/\s]+(?:[:/]|%3a)/i],
  ['did-malformed', /^did:(?:plc|web)\b/i],
  ['did-method', /^did:/i],
  ['address', /^\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?$|^\[[\da-f:.]+\]/i],
  ['phone', /^\+?[\d\s()./-]{7,}$/],
  ['fediverse', /^@[^\s@]+@[^\s@]+\.[^\s@]+$/],
  ['email', /^(?:mailto:)?[^\s@]+@[^\s@]+$/i],
  ['server-without-scheme', /^[a-z0-9-]+(?:\.[a-z0-9-]+)*:\d{1,5}(?:\/.*)?$/i],
  ['other-scheme', /^[a-z][a-z0-9+.-]*:/i],
  ['blank', /\s/],
  ['path', /\//],
  ['characters', /[^\p{L}\p{M}\p{N}@.-]/u],
  ['reserved', RESERVED],
  ['no-dot', /^@?[^.@]+$/],
];

/** Finds what is wrong with text that is no identifier and has no noise. */
export function flawOf(typed: string): IdentifierFlaw {
  const text = typed.replace(/[/.]+$/, '');
  const flaw = SIGNS.find(([, sign]) => sign.test(text))?.[0] ?? 'malformed';
  const suggestion = suggestionFor(flaw, text);
  return { kind: 'flawed', flaw, ...(suggestion === undefined ? {} : { suggestion }) };
}

function suggestionFor(flaw: Flaw, text: string): string | undefined {
  const name = text.replace(/^(?:mailto:)?@?/i, '');
  switch (flaw) {
    case 'no-dot':
      return usualHandle(name);
    case 'email':
      return usualHandle(name.slice(0, name.indexOf('@')));
    case 'server-without-scheme':
      return URL.parse(`https://${text}`)?.origin;
    case 'path':
      return readHandle(name.slice(0, name.indexOf('/')));
    case 'characters':
    case 'malformed':
      return readHandle(
        name
          .replace(/[,;]/g, '.')
          .replaceAll('_', '-')
          .replace(/\.{2,}/g, '.')
          .replace(/^[.-]+/, ''),
      );
    default:
      return undefined;
  }
}

function usualHandle(name: string): string | undefined {
  return USUAL_NAME.test(name) ? `${name.toLowerCase()}.${USUAL_DOMAIN}` : undefined;
}
