import { createRequire } from 'node:module';
import type * as sequencer from '@jest/test-sequencer';

// The package's types are those of its CommonJS half.
const { default: JestSequencer } = createRequire(import.meta.url)(
  '@jest/test-sequencer',
) as typeof sequencer.default;

type Tests = Parameters<InstanceType<typeof JestSequencer>['sort']>[0];

/** The longest suites, longest first. */
const longest = ['/test/simulation/', '/test/browser/', '/test/processes/', '/test/refresher/'];

/** Starts the longest suites first in a fresh clone too, where jest knows no durations and goes by the size of files. */
export default class LongestFirst extends JestSequencer {
  override async sort(tests: Tests): Promise<Tests> {
    const sorted = await super.sort(tests);
    return sorted.sort((one, other) => rankOf(one.path) - rankOf(other.path));
  }
}

function rankOf(path: string): number {
  const rank = longest.findIndex(part => path.includes(part));
  return rank === -1 ? longest.length : rank;
}
