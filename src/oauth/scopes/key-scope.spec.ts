import { describe, expect, it } from '@jest/globals';
import { DEFAULT_KEY_SCOPE } from '../../config/values/key-scope.ts';
import { canAct, fitKeyScope, isGrantable, type KeyScopeConfig } from './key-scope.ts';

const post = 'repo:app.bsky.feed.post';
const like = 'repo:app.bsky.feed.like';
const offered = ['atproto', ...DEFAULT_KEY_SCOPE];
const confidential: KeyScopeConfig = {
  keyScopeParts: offered,
  client: { kind: 'confidential', acceptedClientId: undefined },
};
const loopback: KeyScopeConfig = { keyScopeParts: offered, client: { kind: 'loopback' } };

describe('the scope of a key', () => {
  it.each([
    ['offered parts stay', `atproto ${post} blob:image/*`, `atproto ${post} blob:image/*`],
    [
      'another notation becomes the declared one',
      'atproto repo?collection=app.bsky.feed.post',
      `atproto ${post}`,
    ],
    [
      'a repetition in another notation',
      `atproto ${post} repo?collection=app.bsky.feed.post`,
      `atproto ${post}`,
    ],
    ['a part that another one covers', `atproto ${post}?action=create ${post}`, `atproto ${post}`],
    ['parts of the whole', `atproto ${post} transition:generic blob:*/*`, 'atproto transition:generic'],
    [
      'a foreign part of the whole',
      'atproto transition:generic repo:com.example.a',
      'atproto transition:generic',
    ],
    ['nothing but who the owner is', 'atproto', 'atproto'],
  ])('%s', (_case, requested, scope) => {
    for (const config of [confidential, loopback])
      expect(fitKeyScope(requested, config)).toEqual({ scope, refused: [] });
  });

  it.each([
    ['one action', `atproto ${post}?action=create`, `atproto ${post}`],
    ['one type', 'atproto blob:image/png', 'atproto blob:image/*'],
    ['two types', 'atproto blob?accept=image/png&accept=video/mp4', 'atproto blob:image/* blob:video/*'],
    [
      'two collections',
      'atproto repo?collection=app.bsky.feed.post&collection=app.bsky.feed.like&action=create',
      `atproto ${post} ${like}`,
    ],
    [
      'one service',
      'atproto rpc:app.bsky.feed.getTimeline?aud=did:web:api.bsky.app%23bsky_appview',
      'atproto rpc:app.bsky.feed.getTimeline?aud=*',
    ],
  ])('less than an offered part is exact at a loopback client only: %s', (_case, requested, widened) => {
    expect(fitKeyScope(requested, loopback)).toEqual({ scope: requested, refused: [] });
    expect(fitKeyScope(requested, confidential)).toEqual({ scope: widened, refused: [] });
    expect(isGrantable(requested.split(' ')[1] ?? '', loopback)).toBe(true);
    expect(isGrantable(requested.split(' ')[1] ?? '', confidential)).toBe(false);
  });

  it.each([
    'repo:com.example.a',
    'repo:*',
    'repo:*?action=delete',
    'repo?collection=app.bsky.feed.post&collection=com.example.a',
    'blob:*/*',
    'blob:audio/*',
    'rpc:com.example.find?aud=*',
    'rpc:*?aud=did:web:api.bsky.app%23bsky_appview',
    'transition:email',
    'transition:chat.bsky',
    'account:email',
    'identity:handle',
    'include:com.example.basics',
    'nonsense',
    '%',
  ])('never grows to another kind of part, nor to the whole: %s', part => {
    for (const config of [confidential, loopback])
      expect(fitKeyScope(`atproto ${part}`, config).refused).toEqual([part]);
  });

  it('takes the narrowest of the offered parts that cover it', () => {
    const config = { ...confidential, keyScopeParts: ['atproto', 'repo:*', post, `${post}?action=create`] };
    expect(fitKeyScope(`atproto ${post}?action=create`, config).scope).toBe(`atproto ${post}?action=create`);
    expect(fitKeyScope(`atproto ${post}?action=delete`, config).scope).toBe(`atproto ${post}`);
    expect(fitKeyScope('atproto repo:com.example.a', config).scope).toBe('atproto repo:*');
  });

  it.each([
    ['atproto', false],
    [`atproto ${post}`, true],
    ['atproto transition:email', true],
  ])('%s can act: %p', (scope, expected) => {
    expect(canAct(scope)).toBe(expected);
  });
});
