import { describe, expect, it } from '@jest/globals';
import { scopeText } from './scope-text.ts';

describe('scopeText', () => {
  it.each([
    ['atproto', 'Know which account you are'],
    ['transition:email', 'Read your email address'],
    ['repo:app.bsky.feed.post', 'Create posts, and change or delete any of yours'],
    ['repo:app.bsky.feed.post?action=create', 'Create posts'],
    ['repo:app.bsky.actor.profile', 'Create, change, and delete your Bluesky profile'],
    [
      'repo?collection=app.bsky.feed.like&collection=org.example.note&action=create&action=delete',
      'Create and delete likes and records of the kind org.example.note',
    ],
    ['repo:*', 'Create, change, and delete anything in your account’s data'],
    [
      'rpc:app.bsky.feed.getTimeline?aud=did:web:api.bsky.app%23bsky_appview',
      'Read your timeline at api.bsky.app',
    ],
    ['rpc:app.bsky.feed.getTimeline?aud=*', 'Read your timeline'],
    ['rpc:com.example.find?aud=did:web:a.example%23x', 'Call com.example.find at a.example in your name'],
    ['rpc:com.example.find?aud=*', 'Call com.example.find at any service in your name'],
    ['rpc:*?aud=did:web:a.example%23x', 'Ask a.example for anything in your name'],
    ['blob:*/*', 'Upload files of any kind'],
    ['blob:image/*', 'Upload pictures'],
    ['blob?accept=video/*&accept=text/plain', 'Upload videos and files of the kind text/plain'],
    ['account:email', 'Read your email address'],
    ['account:email?action=manage', 'Read and change your email address'],
    ['account:repo?action=manage', 'Replace all of your data with an import'],
    ['account:status?action=manage', 'Deactivate and reactivate your account'],
    ['identity:handle', 'Change your handle'],
    ['identity:*', 'Change your identity: your handle, and the server and keys of your account'],
    ['include:org.example.basic', 'Use the set of permissions that org.example.basic describes'],
    ['something:else', 'something:else'],
    ['repo:not a collection', 'repo:not a collection'],
    ['constructor', 'constructor'],
    ['constructor:x', 'constructor:x'],
  ])('describes %s as %j', (scope, text) => {
    expect(scopeText(scope)).toBe(text);
  });
});
