import { describe, expect, it } from '@jest/globals';
import { sourceFiles } from './source-files.ts';

const mostFiles = 16;

/** Folders that stay flat although they are large, with the reason. */
const flat: Record<string, string> = {
  'database/tables': 'has one file for each table, found by the name of the table',
};

describe('a folder of src/', () => {
  it(`has rooms if it has more than ${mostFiles} files`, () => {
    const counts = new Map<string, number>();
    for (const { folder } of sourceFiles) counts.set(folder, (counts.get(folder) ?? 0) + 1);
    const crowded = [...counts].filter(([folder, count]) => count > mostFiles && !(folder in flat));
    expect(crowded).toEqual([]);
  });
});
