/** Returns whether a method is `com.atproto.server.getSession`, in any case, as a PDS's router compares. */
export function isGetSession(nsid: string): boolean {
  return nsid.toLowerCase() === 'com.atproto.server.getsession';
}
