import { describe, expect, it } from '@jest/globals';
import { decideProvenance, isAllowedWithCookie, readRequestOrigin } from './browser-rule.ts';

const own = 'https://latchkey.example.org';
const sibling = 'https://app.example.org';
const origins = [own, sibling];

const marks = (origin?: string, secFetchSite?: string, csrfHeader?: string) => ({
  origin,
  secFetchSite,
  csrfHeader,
});

describe('browser rule', () => {
  it.each([
    [own, 'same-origin', 'own'],
    [own, undefined, 'own'],
    [undefined, 'same-origin', 'own'],
    [sibling, 'same-site', 'own'],
    [undefined, 'same-site', 'foreign'],
    [own, 'cross-site', 'foreign'],
    [sibling, 'cross-site', 'foreign'],
    ['https://evil.example', 'same-origin', 'foreign'],
    ['https://evil.example', undefined, 'foreign'],
    ['null', undefined, 'foreign'],
    ['null', 'same-origin', 'foreign'],
    ['', undefined, 'foreign'],
    [undefined, 'cross-site', 'foreign'],
    [undefined, 'none', 'foreign'],
    [own, 'none', 'foreign'],
    [`${own}.evil.example`, undefined, 'foreign'],
    ['http://latchkey.example.org', undefined, 'foreign'],
    [undefined, undefined, 'unmarked'],
  ])('takes origin %s with Sec-Fetch-Site %s for %s', (origin, site, provenance) => {
    expect(decideProvenance(marks(origin, site), origins)).toBe(provenance);
  });

  it('asks for the CSRF header only where nothing else tells', () => {
    expect(isAllowedWithCookie(marks(), origins)).toBe(false);
    expect(isAllowedWithCookie(marks(undefined, undefined, '1'), origins)).toBe(true);
    expect(isAllowedWithCookie(marks(undefined, undefined, 'true'), origins)).toBe(false);
    expect(isAllowedWithCookie(marks('https://evil.example', undefined, '1'), origins)).toBe(false);
    expect(isAllowedWithCookie(marks(undefined, 'cross-site', '1'), origins)).toBe(false);
  });

  it('reads a header that was sent twice as neither of the two', () => {
    expect(readRequestOrigin({ origin: [own, 'https://evil.example'] }).origin).toBe(
      `${own},https://evil.example`,
    );
  });
});
