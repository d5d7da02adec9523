import { describe, expect, it } from '@jest/globals';
import { scopeText } from './scope-text.ts';

describe('scopeText', () => {
  it.each([
    ['atproto', 'Know which account you are'],
    ['transition:email', 'Read your email address'],
    ['repo:app.bsky.feed.post?action=create', 'Write records of the kind app.bsky.feed.post?action=create'],
    ['rpc?lxm=*&aud=did:web:a', 'Call services in your name: lxm=*&aud=did:web:a'],
    ['something:else', 'something:else'],
    ['constructor', 'constructor'],
    ['constructor:x', 'constructor:x'],
  ])('of %s is %j', (scope, text) => {
    expect(scopeText(scope)).toBe(text);
  });
});
