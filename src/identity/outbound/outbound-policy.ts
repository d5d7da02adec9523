const second = 1000;
const minute = 60 * second;
const kib = 1024;
const unlimited = 0;
const anySize = -1;

/** The limits of one class of outbound call. Times are milliseconds (0 = none), sizes are bytes (-1 = none). */
export type OutboundPolicy = {
  /** From the start of the call to the last byte of the response. */
  totalTimeout: number;
  /** Resolving the name, TCP and TLS. */
  connectTimeout: number;
  /** From the last byte sent to the end of the response's headers. */
  headersTimeout: number;
  /** Between two chunks of the response's body. */
  bodyTimeout: number;
  /** The body of a response, both received and decompressed. */
  maxResponseSize: number;
  /** Sockets to one origin. Further calls wait for a free one. */
  connections: number;
  /** Origins with open connections. A call to one more is refused. */
  maxOrigins: number;
  /** Lifetime of an idle connection, unless its server tells another. 0 = one connection per call. */
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

const stream: OutboundPolicy = {
  totalTimeout: unlimited,
  connectTimeout: 10 * second,
  headersTimeout: 60 * second,
  bodyTimeout: 300 * second,
  maxResponseSize: anySize,
  connections: 256,
  maxOrigins: 4000,
  keepAliveTimeout: 20 * second,
};

/** One policy per class of outbound call. No class follows redirects. */
export const outboundPolicies = {
  /** Documents from addresses that strangers choose: DID documents, handles, OAuth metadata. */
  metadata: document,

  /** Documents from addresses that the operator configured: the PLC directory, a handle resolver. */
  directory: { ...document, connections: 64, maxOrigins: 8, keepAliveTimeout: 20 * second },

  /** Pictures from addresses that strangers choose. A profile picture may have up to 1,000,000 bytes. */
  picture: { ...document, totalTimeout: 5 * second, maxResponseSize: 1024 * kib, connections: 4 },

  /**
   * Calls that consume something: codes and refresh tokens, PAR, revocation.
   *
   * The connection ends only after an hour of silence, because an unread response is a lost session. Until it has ended,
   * the response may still come, and nobody sends a refresh token again. TCP keep-alive detects a dead peer. Each call has its own connection: if the server closes a reused one, the broker cannot know whether the
   * request arrived.
   */
  token: {
    totalTimeout: unlimited,
    connectTimeout: 10 * second,
    headersTimeout: 60 * minute,
    bodyTimeout: 60 * minute,
    // A longer answer to a refresh loses its session. Those of servers in use have a few kilobytes.
    maxResponseSize: 2 * 1024 * kib,
    connections: 64,
    maxOrigins: 2000,
    keepAliveTimeout: 0,
  },

  /** Proxied calls to a PDS, streamed both ways. */
  xrpc: stream,

  /** Proxied calls that are sent once more, because a connection that was reused ended. */
  xrpcAgain: { ...stream, keepAliveTimeout: 0 },

  /** Blobs at addresses that a PDS redirects to. */
  blob: { ...stream, connections: 64, maxOrigins: 1000 },
} as const satisfies Record<string, OutboundPolicy>;

export type OutboundClass = keyof typeof outboundPolicies;
