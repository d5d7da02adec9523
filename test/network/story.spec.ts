import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { Story } from './story.ts';

async function told(tell: (story: Story) => Promise<unknown>): Promise<string> {
  const out = new PassThrough();
  await tell(new Story(out));
  out.end();
  return text(out);
}

describe('a story', () => {
  it('tells a step with a tick, its time and its outcome, without colours in a log', async () => {
    const output = await told(story =>
      story.step(
        'Add',
        () => Promise.resolve(4),
        sum => `the sum is ${sum}`,
      ),
    );
    expect(output).toMatch(/^ {2}✓ Add +\d+ ms\n {4}the sum is 4\n$/);
  });

  it('stops at the step that fails, and prints the log that it withheld', async () => {
    const output = await told(async story => {
      story.keep('broker', 'out of ink');
      const step = story.step(
        'Write',
        () => Promise.reject(new Error('no answer')),
        () => 'written',
      );
      await expect(step).rejects.toThrow('failed at "Write": no answer\n[broker] out of ink');
    });
    expect(output).toMatch(/^ {2}✗ Write +\d+ ms\n$/);
  });
});
