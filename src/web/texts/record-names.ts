/** Plain names of the most common record types, by collection. */
export const recordNames: Readonly<Record<string, string>> = {
  'app.bsky.actor.profile': 'your Bluesky profile',
  'app.bsky.feed.generator': 'your feeds',
  'app.bsky.feed.like': 'likes',
  'app.bsky.feed.post': 'posts',
  'app.bsky.feed.postgate': 'rules for quotes of your posts',
  'app.bsky.feed.repost': 'reposts',
  'app.bsky.feed.threadgate': 'rules for replies to your posts',
  'app.bsky.graph.block': 'blocks',
  'app.bsky.graph.follow': 'follows',
  'app.bsky.graph.list': 'lists',
  'app.bsky.graph.listblock': 'blocks of lists',
  'app.bsky.graph.listitem': 'the members of your lists',
  'app.bsky.graph.starterpack': 'starter packs',
  'com.whtwnd.blog.entry': 'blog entries',
  'sh.tangled.repo': 'code repositories',
  'sh.tangled.repo.issue': 'issues',
  'sh.tangled.repo.pull': 'pull requests',
};

/** Plain names of the calls that bots make most, by method. */
export const callNames: Readonly<Record<string, string>> = {
  'app.bsky.feed.getTimeline': 'read your timeline',
  'app.bsky.notification.listNotifications': 'read your notifications',
  'app.bsky.notification.updateSeen': 'mark your notifications as read',
};
