/** One way to act for an account, with one session. */
export type Contender = {
  name: string;
  /** Starts a session, to replace a lost one. */
  signIn: () => Promise<void>;
  /** Makes an authenticated request. Returns whether it got the PDS's 200. */
  call: () => Promise<boolean>;
  /** Forces a refresh. Its effect on the session shows in the calls. */
  refresh: () => Promise<void>;
};

export const calledPath = '/xrpc/com.atproto.server.getSession';

/** The baseline of the ratios. */
export const baselineName = 'official client, perfect lock';
