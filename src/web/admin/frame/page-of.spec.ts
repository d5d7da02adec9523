import { describe, expect, it } from '@jest/globals';
import { pageOf } from './page-of.ts';

const all = Array.from({ length: 45 }, (_, index) => `n${index}`);
const page = (cursor?: string) => pageOf(all, name => name, cursor);

describe('a page of a list', () => {
  it('is followed by the next ones to the end of the list', () => {
    const first = page();
    const second = page(first.cursor);
    const third = page(second.cursor);
    expect([...first.items, ...second.items, ...third.items]).toEqual(all);
    expect([first.cursor, second.cursor, third.cursor]).toEqual(['n19', 'n39', undefined]);
  });

  it('is the first one for an unknown cursor', () => {
    expect(page('nothing')).toEqual(page());
  });

  it('has no cursor if the list just fits', () => {
    expect(pageOf(all.slice(0, 20), name => name, undefined).cursor).toBeUndefined();
  });
});
