import { describe, expect, it } from '@jest/globals';
import { decideReconnection } from './reconnection-rule.ts';

const session = { did: 'did:plc:alice', scope: 'atproto repo:app.bsky.feed.post blob:image/*' };

describe('decideReconnection', () => {
  it.each([
    [session.scope],
    ['atproto repo:app.bsky.feed.post'],
    ['blob:image/* atproto repo:app.bsky.feed.post'],
  ])('lets the same account take the session up with %j', scope => {
    expect(decideReconnection(session, { did: session.did, scope })).toBeUndefined();
  });

  it('refuses another account', () => {
    expect(decideReconnection(session, { ...session, did: 'did:plc:bob' })?.code).toBe('WrongAccount');
  });

  it.each([
    ['atproto transition:generic'],
    [`${session.scope} repo:*`],
    ['atproto repo:app.bsky.feed.posts'],
  ])('refuses the grant %j, which opens more', scope => {
    expect(decideReconnection(session, { did: session.did, scope })?.code).toBe('ScopeExceeded');
  });
});
