import { expect, it } from '@jest/globals';
import { formatTable } from './table.ts';

it('aligns columns by their widest cell', () => {
  const rows = [
    ['1', 'active'],
    ['long-id', 'x'],
  ];
  expect(formatTable(['ID', 'STATUS'], rows)).toBe('ID       STATUS\n1        active\nlong-id  x');
});
