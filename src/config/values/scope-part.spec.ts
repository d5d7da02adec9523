import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isScopePart, normalScopePart, parseScopePart } from './scope-part.ts';

describe('a part of a scope', () => {
  it.each([
    ['repo?collection=a.b.c', 'repo:a.b.c'],
    ['repo:a.b.c?action=create&action=update&action=delete', 'repo?collection=a.b.c'],
    ['repo?collection=a.b.d&collection=a.b.c', 'repo?collection=a.b.c&collection=a.b.d'],
    ['rpc?aud=*&lxm=a.b.c', 'rpc:a.b.c?aud=*'],
    ['blob:IMAGE/PNG', 'blob:image/png'],
    ['blob?accept=image/*&accept=image/png', 'blob:image/*'],
    ['include:a.b.c?aud=did:web:a.example%23svc', 'include?nsid=a.b.c&aud=did:web:a.example%23svc'],
    ['account:email', 'account:email?action=read'],
  ])('%s means the same as %s', (text, same) => {
    expect(normalScopePart(text)).toBe(normalScopePart(same));
  });

  it.each(['atproto', 'transition:generic', 'repo:%zz', 'repo:a', 'newkind:thing', 'rpc:*?aud=*', ''])(
    '%j stays as it is',
    text => {
      expect(normalScopePart(text)).toBe(text);
      expect(parseScopePart(text)).toBeUndefined();
    },
  );

  it('with a port in its audience goes on meaning that audience', () => {
    const part = 'rpc:a.b.c?aud=did%3Aweb%3Alocalhost%253A8080%23svc';
    expect(parseScopePart(normalScopePart(part))).toEqual(parseScopePart(part));
  });

  it('is understood or not, whatever it is', () => {
    expect(['atproto', 'repo:*', 'blob:*/*', 'include:a.b.c'].every(isScopePart)).toBe(true);
    expect(['repo:%', 'Atproto', 'include:a', ''].some(isScopePart)).toBe(false);
    const prefixes = fc.constantFrom('repo:', 'rpc?', 'blob:', 'include:', 'account:', 'identity:', '');
    fc.assert(
      fc.property(prefixes, fc.string(), (prefix, rest) => {
        const normal = normalScopePart(prefix + rest);
        expect(normalScopePart(normal)).toBe(normal);
      }),
    );
  });
});
