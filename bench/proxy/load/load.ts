/** The description of a load. */
export type Load = {
  /** The path, called with POST if there is a body, else with GET. */
  url: string;
  /** JSON. */
  body?: string;
  headers: Record<string, string>;
  /** Header lines such as `cookie: …`. Each request draws one. */
  credentials: string[];
  /** The expected status, by default 200. */
  status?: string;
  connections: number;
  seconds: number;
  /** Requests per second. By default each connection sends its next request after a response. */
  rate?: number | undefined;
};

/** The results of one load. Latencies are in ms, and include the wait for a connection. */
export type LoadResult = {
  /** Expected responses per second. */
  perSecond: number;
  answered: number;
  /** Other responses, by status. */
  failed: Record<string, number>;
  p50: number;
  p99: number;
};
