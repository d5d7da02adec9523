const second = 1000;
const kib = 1024;
const unlimited = 0;
const anySize = -1;

/** The limits of one class of outbound call. Times are milliseconds (0 = none), sizes are bytes (-1 = none). */
export type OutboundPolicy = {
  /** From the start of the call to the last byte of the answer. */
  totalTimeout: number;
  /** Resolving the name, TCP and TLS. */
  connectTimeout: number;
  /** From the last byte sent to the end of the answer's headers. */
  headersTimeout: number;
  /** Between two chunks of the answer's body. */
  bodyTimeout: number;
  /** The body of an answer, both as received and as decompressed. */
  maxResponseSize: number;
  /** Sockets to one origin; further calls wait for a free one. */
  connections: number;
  /** Origins with open connections; a call to one more is refused. */
  maxOrigins: number;
  /** How long an idle connection is kept unless its server says otherwise; 0 = one call, one connection. */
  keepAliveTimeout: number;
};

const document: OutboundPolicy = {
  totalTimeout: 10 * second,
  connectTimeout: 10 * second,
  headersTimeout: 10 * second,
  bodyTimeout: 10 * second,
  maxResponseSize: 512 * kib,
  connections: 16,
  maxOrigins: 1000,
  keepAliveTimeout: 4 * second,
};

/** One policy per class of outbound call. No class follows redirects. */
export const outboundPolicies = {
  /** Documents at addresses that strangers choose: DID documents, handles, OAuth metadata. */
  metadata: document,

  /** Documents at addresses that the operator chose: the PLC directory, a handle resolver. */
  directory: { ...document, connections: 64, maxOrigins: 8, keepAliveTimeout: 20 * second },

  /** Pictures at addresses that strangers choose; a profile's may have a million bytes. */
  picture: { ...document, totalTimeout: 5 * second, maxResponseSize: 1024 * kib, connections: 4 },

  /**
   * Calls that spend something: codes and refresh tokens, PAR, revocation.
   *
   * Nothing ends one after it was sent, because an answer that nobody reads is a lost session; a dead peer is
   * found by TCP keep-alive. Each has a connection of its own: a kept one that its server is just closing would
   * leave open whether the request arrived.
   */
  token: {
    totalTimeout: unlimited,
    connectTimeout: 10 * second,
    headersTimeout: unlimited,
    bodyTimeout: unlimited,
    maxResponseSize: 64 * kib,
    connections: 64,
    maxOrigins: 2000,
    keepAliveTimeout: 0,
  },

  /** Proxied calls to a PDS, streamed both ways. */
  xrpc: {
    totalTimeout: unlimited,
    connectTimeout: 10 * second,
    headersTimeout: 60 * second,
    bodyTimeout: 300 * second,
    maxResponseSize: anySize,
    connections: 256,
    maxOrigins: 4000,
    keepAliveTimeout: 20 * second,
  },
} as const satisfies Record<string, OutboundPolicy>;

export type OutboundClass = keyof typeof outboundPolicies;
