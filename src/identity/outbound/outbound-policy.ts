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
  /** Calls of one site at a time: a registrable domain, or an address. A call beyond is refused. */
  callsPerSite: number;
  /** Calls at a time. A site never has more than there are free places, so half of these at most. */
  callsInAll: number;
  /** Origins with nothing but idle connections. The one unused for longest is closed for another. */
  idleOrigins: number;
  /** The longest life of an idle connection, whatever its server says. 0 = one connection per call. */
  keepAliveTimeout: number;
};

const document: OutboundPolicy = {
  totalTimeout: 10 * second,
  connectTimeout: 10 * second,
  headersTimeout: 10 * second,
  bodyTimeout: 10 * second,
  maxResponseSize: 512 * kib,
  connections: 16,
  callsPerSite: 64,
  callsInAll: 1000,
  idleOrigins: 100,
  keepAliveTimeout: 4 * second,
};

/** The few services that the operator configured. The limits per site count each of them. */
const directory: OutboundPolicy = {
  ...document,
  connections: 64,
  callsPerSite: 256,
  callsInAll: 1024,
  keepAliveTimeout: 20 * second,
};

/** Calls that nothing is lost by, if they are given up. */
const brief: OutboundPolicy = {
  ...document,
  totalTimeout: 15 * second,
  connections: 64,
  callsPerSite: 64,
  keepAliveTimeout: 0,
};

/**
 * Calls that spend a code or a refresh token.
 *
 * The connection ends only after an hour of silence, because an unread response is a lost session. Until it has ended, the
 * response may still come, and nobody sends a refresh token again. TCP keep-alive detects a dead peer. Each call has its
 * own connection: if the server closes a reused one, the broker cannot know whether the request arrived. A call never
 * waits for a free one: it would count as sent.
 */
const spending: OutboundPolicy = {
  totalTimeout: unlimited,
  connectTimeout: 10 * second,
  headersTimeout: 60 * minute,
  bodyTimeout: 60 * minute,
  // A longer answer to a refresh loses its session. Those of servers in use have a few kilobytes.
  maxResponseSize: 2 * 1024 * kib,
  connections: 256,
  callsPerSite: 256,
  callsInAll: 4000,
  idleOrigins: 100,
  keepAliveTimeout: 0,
};

/** Calls whose bodies are streamed both ways. */
const stream: OutboundPolicy = {
  totalTimeout: unlimited,
  connectTimeout: 10 * second,
  headersTimeout: 60 * second,
  bodyTimeout: 300 * second,
  maxResponseSize: anySize,
  connections: 256,
  callsPerSite: 2000,
  callsInAll: 4000,
  idleOrigins: 1000,
  keepAliveTimeout: 20 * second,
};

/**
 * One policy per class of outbound call. No class follows redirects.
 *
 * The classes are parted by who can make their number grow: a stranger's slowness never uses what a session needs.
 */
export const outboundPolicies = {
  /** Documents that callers without a session make the broker fetch: DID documents, handles, OAuth metadata. */
  metadata: document,
  /** The same, from the directory and the handle resolver that the operator configured. */
  directory: { ...directory, connections: 32, callsPerSite: 64 },

  /** Documents that refreshes of stored sessions need. */
  sessionMetadata: document,
  /** The same, from the directory that the operator configured. */
  sessionDirectory: directory,

  /** Metadata of issuers that native apps name. */
  nativeMetadata: document,

  /** Pictures and profiles from addresses that strangers choose. A profile picture may have up to 1,000,000 bytes. */
  picture: {
    ...document,
    totalTimeout: 5 * second,
    maxResponseSize: 1024 * kib,
    connections: 4,
    callsPerSite: 32,
  },

  /** Pushed authorization requests of logins. */
  push: brief,
  /** Revocations of stored grants. */
  revocation: brief,
  /** Pushed requests and revocations of native apps. */
  nativeRequest: brief,

  /** Codes of logins that came back. */
  code: spending,
  /** Refresh tokens of stored sessions. */
  refresh: spending,
  /** Codes and refresh tokens of native apps. */
  nativeToken: spending,

  /** Proxied calls to a PDS, streamed both ways. */
  xrpc: stream,

  /** Proxied calls that are sent once more, because a connection that was reused ended. */
  xrpcAgain: { ...stream, keepAliveTimeout: 0 },

  /** Blobs at addresses that a PDS redirects to. */
  blob: { ...stream, connections: 64, callsPerSite: 500, callsInAll: 1000 },
} as const satisfies Record<string, OutboundPolicy>;

export type OutboundClass = keyof typeof outboundPolicies;
