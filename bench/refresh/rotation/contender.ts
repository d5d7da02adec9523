/** One way to act for an account, with one session. */
export type Contender = {
  name: string;
  /** Begins a session, in place of one that was lost. */
  signIn: () => Promise<void>;
  /** Makes an authenticated request; answers whether the PDS's 200 came back. */
  call: () => Promise<boolean>;
  /** Has the tokens renewed, whatever their age. What that does to the session shows in its calls. */
  refresh: () => Promise<void>;
};

export const calledPath = '/xrpc/com.atproto.server.getSession';

/** The contender that the others are compared with. */
export const baselineName = 'official client, perfect lock';
