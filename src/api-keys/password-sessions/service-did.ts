/** Returns the did:web of a broker (https://w3c-ccg.github.io/did-method-web/), which its tokens name as their audience. */
export function serviceDidOf(baseUrl: string): string {
  const { host, pathname } = new URL(baseUrl);
  const segments = pathname.split('/').filter(segment => segment !== '');
  return ['did:web', encodeURIComponent(host), ...segments].join(':');
}
