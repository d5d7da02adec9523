/**
 * The parts that a key may be given unless the operator decides otherwise: what bots do, one part for each kind of record
 * or call, and `transition:generic` for the rest. `docs/scopes.md` lists them.
 */
export const DEFAULT_KEY_SCOPE: readonly string[] = [
  'transition:generic',
  'repo:app.bsky.feed.post',
  'blob:image/*',
  'blob:video/*',
  'repo:app.bsky.feed.threadgate',
  'repo:app.bsky.feed.postgate',
  'repo:app.bsky.feed.like',
  'repo:app.bsky.feed.repost',
  'repo:app.bsky.graph.follow',
  'repo:app.bsky.graph.block',
  'repo:app.bsky.graph.list',
  'repo:app.bsky.graph.listitem',
  'repo:app.bsky.actor.profile',
  'repo:app.bsky.feed.generator',
  'rpc:app.bsky.notification.listNotifications?aud=*',
  'rpc:app.bsky.notification.updateSeen?aud=*',
  'rpc:app.bsky.feed.getTimeline?aud=*',
];

const ALWAYS = 'atproto';

/** Returns the parts that keys may be given, `atproto` first: the setting's, or the default's and those of logins. */
export function keyScopeParts(setting: string | undefined, loginParts: readonly string[]): string[] {
  const parts = setting === undefined ? [...DEFAULT_KEY_SCOPE, ...loginParts] : setting.split(' ');
  return [...new Set([ALWAYS, ...parts])];
}
