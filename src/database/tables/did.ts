/** The permanent name of an account (W3C decentralized identifier). */
export type Did = `did:${string}:${string}`;

/** Tells a DID from a handle or an id. It does not validate the DID: see `isValidDid` of @atproto/syntax. */
export function isDid(text: string): text is Did {
  return /^did:[^:]*:/.test(text);
}
