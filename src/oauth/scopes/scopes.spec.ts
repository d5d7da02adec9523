import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expandScopes, type PermissionSet, scopesExceeding, scopeShortfall } from './scopes.ts';

const none = new Map<string, PermissionSet>();
const registry: PermissionSet = {
  type: 'permission-set',
  permissions: [
    {
      type: 'permission',
      resource: 'repo',
      collection: ['com.example.crate.tag', 'com.example.crate.entry'],
    },
    { type: 'permission', resource: 'rpc', lxm: ['com.example.crate.find'], aud: '*' },
    { type: 'permission', resource: 'rpc', lxm: ['com.example.crate.push'], inheritAud: true },
    // A set must not contain any of these.
    { type: 'permission', resource: 'repo', collection: ['com.other.thing'] },
    { type: 'permission', resource: 'repo', collection: ['*'] },
    {
      type: 'permission',
      resource: 'rpc',
      lxm: ['com.example.crate.steal'],
      aud: 'did:web:evil.example#svc',
    },
    { type: 'permission', resource: 'blob', accept: ['*/*'] },
    { type: 'permission', resource: 'account', attr: 'email', action: ['manage'] },
  ],
};
const sets = new Map([['com.example.crate.basics', registry]]);
const include = 'include:com.example.crate.basics';
const expanded =
  'repo?collection=com.example.crate.entry&collection=com.example.crate.tag rpc:com.example.crate.find?aud=*';

describe('expandScopes', () => {
  it('replaces a set by its contents, sorted, each part once', () => {
    expect(expandScopes(`${include} blob:image/* atproto atproto`, sets)).toBe(
      `atproto blob:image/* ${expanded}`,
    );
  });

  it('gives a set the audience that its scope names', () => {
    expect(expandScopes(`${include}?aud=did:web:api.example%23crates`, sets)).toBe(
      `${expanded} rpc:com.example.crate.push?aud=did:web:api.example%23crates`,
    );
  });

  it.each([include, 'include:com.example.crate.others', 'newkind:thing', 'repo:%zz'])(
    'leaves the unknown part %s unchanged',
    part => {
      expect(expandScopes(part, none)).toBe(part);
    },
  );

  it('writes equivalent scopes in the same way', () => {
    expect(expandScopes('repo?collection=a.b.d&collection=a.b.c', none)).toBe(
      expandScopes('repo?collection=a.b.c&collection=a.b.d&collection=a.b.d', none),
    );
  });
});

describe('scopeShortfall', () => {
  it.each([
    ['atproto', 'atproto'],
    ['repo:* atproto', 'atproto repo:a.b.c'],
    ['repo:a.b.c repo:a.b.d', 'repo?collection=a.b.c&collection=a.b.d'],
    ['repo:a.b.c', 'repo:a.b.c?action=create'],
    ['repo:a.b.c?action=create repo:a.b.c?action=update&action=delete', 'repo:a.b.c'],
    ['transition:generic', 'repo:a.b.c rpc:a.b.c?aud=* blob:*/* repo:*'],
    ['transition:chat.bsky', 'rpc:chat.bsky.convo.getLog?aud=*'],
    ['transition:email', 'account:email'],
    ['rpc:a.b.c?aud=*', 'rpc:a.b.c?aud=did:web:x.example%23svc'],
    ['rpc:*?aud=did:web:x.example%23svc', 'rpc:a.b.c?aud=did:web:x.example%23svc'],
    ['blob:*/*', 'blob:image/* blob:text/plain'],
    ['blob:image/*', 'blob:image/png'],
    ['blob:image/png blob:image/jpeg', 'blob?accept=image/jpeg&accept=image/png'],
    ['account:email?action=manage', 'account:email'],
    ['identity:*', 'identity:handle'],
    [expanded, include],
    [`repo:* rpc:com.example.crate.find?aud=*`, include],
    [include, include],
    ['newkind:thing', 'newkind:thing'],
  ])('%s is enough for %s', (granted, wanted) => {
    expect(scopeShortfall(granted, wanted, sets)).toEqual([]);
  });

  it.each([
    ['', 'atproto'],
    ['atproto', 'transition:generic'],
    ['repo:*', 'transition:generic'],
    ['repo:a.b.c', 'repo:*'],
    ['repo:a.b.c?action=create', 'repo:a.b.c'],
    ['transition:generic', 'rpc:chat.bsky.convo.getLog?aud=*'],
    ['transition:generic', 'account:email'],
    ['rpc:a.b.c?aud=did:web:x.example%23svc', 'rpc:a.b.c?aud=*'],
    ['rpc:a.b.c?aud=did:web:x.example%23svc', 'rpc:a.b.c?aud=did:web:y.example%23svc'],
    ['blob:image/png', 'blob:image/*'],
    ['blob:image/*', 'blob:*/*'],
    ['account:email', 'account:email?action=manage'],
    ['identity:handle', 'identity:*'],
    ['repo:com.example.crate.tag', include],
    ['newkind:thing', 'newkind:other'],
    ['repo:%zz', 'repo:a.b.c'],
  ])('%s is not enough for %s', (granted, wanted) => {
    expect(scopeShortfall(granted, wanted, sets)).toEqual([wanted]);
  });

  it('lists the missing parts in the notation of the wanted scope', () => {
    expect(scopeShortfall('atproto', `atproto repo?collection=a.b.c ${include} blob:image/*`, sets)).toEqual([
      'repo?collection=a.b.c',
      include,
      'blob:image/*',
    ]);
  });

  it('lists a known set that is granted in part', () => {
    expect(scopeShortfall('repo:com.example.crate.tag', include, sets)).toEqual([include]);
  });

  it.each([
    ['repo:com.example.crate.tag', []],
    ['rpc:com.example.crate.push?aud=*', []],
    ['repo:com.other.thing', [include]],
    ['transition:generic', [include]],
    ['rpc:com.example.crate.push?aud=did:web:api.example%23crates', [include]],
    ['atproto', [include]],
  ])('for an unknown set, with %s granted, is %j', (granted, shortfall) => {
    expect(scopeShortfall(granted, include, none)).toEqual(shortfall);
  });
});

describe('scopesExceeding', () => {
  it.each([
    ['atproto repo:a.b.c', 'atproto repo:a.b.c', []],
    ['atproto repo:*', 'atproto repo:a.b.c', []],
    ['atproto repo:a.b.c', 'repo:a.b.c', []],
    ['atproto', 'atproto transition:generic', ['transition:generic']],
    ['atproto repo:a.b.c', 'atproto repo:*', ['repo:*']],
    ['atproto transition:generic', 'atproto account:email', ['account:email']],
    [`atproto ${include}`, `atproto ${expanded}`, []],
    [`atproto ${include}`, 'atproto repo:com.example.crate.later', []],
    [`atproto ${include}`, 'atproto repo:com.example.other', ['repo:com.example.other']],
    [`atproto ${include}`, 'atproto repo:*', ['repo:*']],
    [`atproto ${include}`, 'atproto blob:*/*', ['blob:*/*']],
    [
      `atproto ${include}`,
      'rpc:com.example.crate.push?aud=did:web:api.example%23crates',
      ['rpc:com.example.crate.push?aud=did:web:api.example%23crates'],
    ],
    [
      `atproto ${include}?aud=did:web:api.example%23crates`,
      'rpc:com.example.crate.push?aud=did:web:api.example%23crates',
      [],
    ],
  ])('with %s requested and %s granted are %j', (requested, granted, more) => {
    expect(scopesExceeding(requested, granted)).toEqual(more);
  });
});

describe('scopes as sets', () => {
  const nsids = fc.constantFrom('com.example.crate.tag', 'com.example.crate.entry', 'com.other.thing', '*');
  const actions = fc.subarray(['create', 'update', 'delete'] as const);
  const query = (name: string, values: readonly string[]): string[] =>
    values.map(value => `${name}=${value}`);
  const repo = fc
    .tuple(fc.array(nsids, { minLength: 1, maxLength: 3 }), actions)
    .map(([names, does]) => `repo?${[...query('collection', names), ...query('action', does)].join('&')}`);
  const rpc = fc
    .tuple(fc.array(nsids, { minLength: 1, maxLength: 3 }), fc.constantFrom('*', 'did:web:a.example%23svc'))
    .map(([names, aud]) => `rpc?${[...query('lxm', names), `aud=${aud}`].join('&')}`);
  const fixed = fc.constantFrom(
    ...['atproto', 'transition:generic', 'transition:chat.bsky', 'transition:email', include],
    ...['include:com.example.crate.others', 'blob:*/*', 'blob:image/*', 'blob:image/png', 'account:email'],
    ...['account:email?action=manage', 'identity:*', 'identity:handle', 'newkind:thing', 'repo:%zz'],
  );
  const scopes = fc.array(fc.oneof(repo, rpc, fixed), { maxLength: 6 });

  it('do not depend on order and repetition', () => {
    const property = fc.property(scopes, scopes, (parts, copies) => {
      const again = [...copies.filter(copy => parts.includes(copy)), ...parts.toReversed()];
      expect(expandScopes(again.join(' '), sets)).toBe(expandScopes(parts.join(' '), sets));
    });
    fc.assert(property);
  });

  it('do not change when they are expanded again', () => {
    const property = fc.property(scopes, parts => {
      const once = expandScopes(parts.join(' '), sets);
      expect(expandScopes(once, sets)).toBe(once);
      expect(once).not.toContain(include);
    });
    fc.assert(property);
  });

  it('cover themselves, expanded or not, also with more granted', () => {
    const property = fc.property(scopes, scopes, (parts, more) => {
      const wanted = parts.join(' ');
      for (const granted of [wanted, expandScopes(wanted, sets), [...more, ...parts].join(' ')]) {
        expect(scopeShortfall(granted, wanted, sets)).toEqual([]);
        expect(scopesExceeding(granted, wanted).filter(part => part !== include)).toEqual([]);
      }
    });
    fc.assert(property);
  });

  it('lack nothing once their shortfall is granted too', () => {
    const property = fc.property(scopes, scopes, (granting, wanting) => {
      const [granted, wanted] = [granting.join(' '), wanting.join(' ')];
      const shortfall = scopeShortfall(granted, wanted, sets);
      expect(scopeShortfall([granted, ...shortfall].join(' '), wanted, sets)).toEqual([]);
    });
    fc.assert(property);
  });
});
