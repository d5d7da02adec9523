const TEXTS: Readonly<Record<string, string>> = {
  atproto: 'Know which account you are',
  'transition:generic': 'Do nearly all that an app can: post, follow, like, upload, change your profile',
  'transition:email': 'Read your email address',
  'transition:chat.bsky': 'Read and send your direct messages',
};

const KINDS: Readonly<Record<string, (rest: string) => string>> = {
  repo: rest => `Write records of the kind ${rest}`,
  rpc: rest => `Call services in your name: ${rest}`,
  blob: rest => `Upload files of the kind ${rest}`,
  account: rest => `See or change your account: ${rest}`,
  identity: rest => `See or change your identity: ${rest}`,
  include: rest => `Use the set of permissions ${rest}`,
};

/** Says in plain words what one part of a scope permits; one that is not known is said as it is written. */
export function scopeText(scope: string): string {
  if (Object.hasOwn(TEXTS, scope)) return TEXTS[scope] ?? scope;
  const [, kind = '', rest = ''] = /^([a-z]+)[:?](.*)$/.exec(scope) ?? [];
  return Object.hasOwn(KINDS, kind) ? (KINDS[kind]?.(rest) ?? scope) : scope;
}
