import { isAtprotoDid, type AtprotoDid } from '@atproto-labs/did-resolver';
import { isValidHandle, isValidTld, normalizeHandle } from '@atproto/syntax';
import { BrokerError } from '../../errors/broker-error.ts';

/** A parsed sign-in name: an account, or the server on which the person will choose one. */
export type Identifier =
  { kind: 'handle'; handle: string } | { kind: 'did'; did: AtprotoDid } | { kind: 'server'; origin: string };

/**
 * Parses a handle (`alice.example`, `@alice.example`, `at://alice.example`), a DID (`did:plc:…`, `did:web:…`) or a
 * server's URL. Ignores blanks and invisible formatting characters, which copying adds.
 *
 * @throws BrokerError `InvalidIdentifier`
 */
export function parseIdentifier(input: string): Identifier {
  const text = input.replace(/\p{Cf}/gu, '').trim();
  if (/^https?:\/\//i.test(text)) return { kind: 'server', origin: serverOrigin(text) };
  const name = text.replace(/^(?:@|at:\/\/)/, '');
  if (isAtprotoDid(name)) return { kind: 'did', did: name };
  const handle = normalizeHandle(name);
  if (isValidHandle(handle) && isValidTld(handle)) return { kind: 'handle', handle };
  throw invalidIdentifier();
}

function serverOrigin(text: string): string {
  const url = URL.parse(text);
  if (url?.username !== '' || url.password !== '') throw invalidIdentifier();
  return url.origin;
}

const invalidIdentifier = (): BrokerError =>
  new BrokerError(
    'InvalidIdentifier',
    'This is neither a handle (like alice.example), nor a DID, nor the URL of a server.',
  );
