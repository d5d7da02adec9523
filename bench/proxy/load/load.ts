/** What a load generator is asked for. */
export type Load = {
  /** What is called: with GET, or with POST where there is a body. */
  url: string;
  /** JSON. */
  body?: string;
  headers: Record<string, string>;
  /** Header lines, as `cookie: …`; one of them is drawn for each request. */
  credentials: string[];
  /** The status that is expected, 200 without it. */
  status?: string;
  connections: number;
  seconds: number;
  /** Requests per second; without it each connection sends its next request upon the answer to its last one. */
  rate?: number | undefined;
};

/** Answers of one load. Latencies are in ms: of a request that waited for a connection, with its waiting. */
export type LoadResult = {
  /** How many were answered as expected, per second. */
  perSecond: number;
  answered: number;
  /** How many were answered with something else, by status. */
  failed: Record<string, number>;
  p50: number;
  p99: number;
};
