import { expect, it } from '@jest/globals';
import { RefreshTally } from './refresh-run.ts';
import { asId } from '../../../test/ids.ts';

it('counts the results of a run, and lists its failures', () => {
  const tally = new RefreshTally();
  tally.add(asId('a'), { kind: 'refreshed' });
  tally.add(asId('b'), { kind: 'failed', error: 'slow' });
  tally.add(asId('c'), { kind: 'skipped' });
  tally.add(asId('d'), { kind: 'refreshed' });
  expect(tally.run).toEqual({ refreshed: 2, skipped: 1, failed: [{ id: 'b', error: 'slow' }] });
});

it('lists 1,000 failures, and counts all of them', () => {
  const tally = new RefreshTally();
  for (let session = 0; session < 1_005; session++)
    tally.add(asId(String(session)), { kind: 'failed', error: 'crashed' });
  const { failed, unlisted } = tally.run;
  expect(failed).toHaveLength(1_000);
  expect(failed[0]).toEqual({ id: '0', error: 'crashed' });
  expect(unlisted).toBe(5);
});
