/** The permanent name of an account (W3C decentralized identifier). */
export type Did = `did:${string}:${string}`;
