import { isAtprotoDid, type AtprotoDid } from '@atproto-labs/did-resolver';
import { BrokerError } from '../../errors/broker-error.ts';
import { flawOf, type IdentifierFlaw, flawTexts } from './identifier-flaw.ts';
import { readDid, readHandle, withoutNoise } from './typed-name.ts';

/** A parsed sign-in name: an account, or the server on which the person will choose one. */
export type Identifier =
  | { readonly kind: 'handle'; readonly handle: string }
  | { readonly kind: 'did'; readonly did: AtprotoDid }
  /** `handle` is set if the URL may also be a handle that was typed as a web address. */
  | { readonly kind: 'server'; readonly origin: string; readonly handle?: string };

/** Longer than any handle, DID or link to an account. */
const LONGEST = 2048;

/** Path segments of web apps before the name of an account: `https://bsky.app/profile/alice.example`. */
const BEFORE_NAMES = new Set(['profile', 'profiles']);

/** The page by which a domain proves a handle. */
const PROOF_PATH = '/.well-known/atproto-did';

/**
 * Reads what a person typed or pasted as their name: a handle, a DID, an `at://` URI, a link to a profile or a post, or
 * the URL of a server. Ignores blanks, quotation marks, invisible characters and width, which keyboards and copying add.
 */
export function readIdentifier(input: string): Identifier | IdentifierFlaw {
  if (input.length > LONGEST) return { kind: 'flawed', flaw: 'too-long' };
  const text = withoutNoise(input);
  const uri = /^at:\/\/([^/?#]*)/i.exec(text)?.[1];
  if (uri !== undefined) return readName(uri) ?? flawOf(uri);
  if (/^https?:\/\//i.test(text)) return readUrl(text);
  return readName(text) ?? readLinkWithoutScheme(text) ?? flawOf(text);
}

/**
 * Parses an identifier as {@link readIdentifier} does.
 *
 * @throws BrokerError `InvalidIdentifier`, which says what is wrong
 */
export function parseIdentifier(input: string): Identifier {
  const identifier = readIdentifier(input);
  if (identifier.kind !== 'flawed') return identifier;
  const { flaw, suggestion } = identifier;
  const message = flawTexts[flaw] + (suggestion === undefined ? '' : ` Did you mean ${suggestion}?`);
  throw new BrokerError('InvalidIdentifier', message);
}

/**
 * Parses the identifier of an account. Returns its handle or its DID.
 *
 * @throws BrokerError `InvalidIdentifier`, also for the URL of a server
 */
export function parseAccountName(input: string): string {
  const identifier = parseIdentifier(input);
  if (identifier.kind === 'did') return identifier.did;
  if (identifier.handle !== undefined) return identifier.handle;
  const message = 'That is the URL of a server. Enter the handle of an account, such as alice.bsky.social.';
  throw new BrokerError('InvalidIdentifier', message);
}

function readName(text: string): Identifier | undefined {
  const name = text.replace(/^@/, '').replace(/[/.]+$/, '');
  const did = readDid(name);
  if (did !== undefined) return isAtprotoDid(did) ? { kind: 'did', did } : undefined;
  const handle = readHandle(name);
  return handle === undefined ? undefined : { kind: 'handle', handle };
}

function readUrl(text: string): Identifier | IdentifierFlaw {
  const url = URL.parse(text);
  if (!url || url.hostname === '') return { kind: 'flawed', flaw: 'malformed-url' };
  if (url.username !== '' || url.password !== '') return { kind: 'flawed', flaw: 'url-with-password' };
  const linked = linkedName(url);
  if (linked !== undefined) return readName(linked) ?? flawOf(linked);
  const isBare = url.port === '' && (url.pathname === '/' || url.pathname === PROOF_PATH);
  const handle = isBare ? readHandle(url.hostname.replace(/\.$/, '')) : undefined;
  if (handle !== undefined && url.pathname === PROOF_PATH) return { kind: 'handle', handle };
  return { kind: 'server', origin: url.origin, ...(handle === undefined ? {} : { handle }) };
}

/** `bsky.app/profile/alice.example`, as browsers show links. Only a link that names an account is plain. */
function readLinkWithoutScheme(text: string): Identifier | undefined {
  const url = /^[^\s/@]+\.[^\s/@]+\/./.test(text) ? URL.parse(`https://${text}`) : null;
  const linked = url && linkedName(url);
  return linked ? readName(linked) : undefined;
}

/** Returns the name in a link to an account or a record: a DID, `@name`, or what follows `profile`. */
function linkedName({ pathname }: URL): string | undefined {
  const segments = pathname.split('/').map(decoded);
  return segments.find((segment, index) => {
    if (/^did:[a-z]+:./i.test(segment) || /^@./.test(segment)) return true;
    return BEFORE_NAMES.has(segments[index - 1] ?? '') && segment !== '';
  });
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
