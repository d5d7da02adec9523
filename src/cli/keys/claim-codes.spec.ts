import { PassThrough } from 'node:stream';
import { expect, it } from '@jest/globals';
import { Codes, readCodes } from './claim-codes.ts';

const never = new AbortController().signal;

it('reads codes line by line, out of an address too, and tells when there are no more', async () => {
  const [input, codes] = [new PassThrough(), new Codes()];
  readCodes(input, {
    onCode: code => {
      codes.add(code);
    },
    onEnd: () => {
      codes.end();
    },
  });
  input.end(' abcd-1234 \n\nhttp://127.0.0.1:9/x?request=1&code=EFGH-5678\nhttps://no.example/\n');
  expect([await codes.take(never), await codes.take(never), await codes.take(never)]).toEqual([
    'abcd-1234',
    'EFGH-5678',
    'https://no.example/',
  ]);
  await expect(codes.take(never)).rejects.toThrow('There is nobody to ask for the code');
});

it('waits for a code until it comes or the waiting is ended', async () => {
  const [codes, waiting] = [new Codes(), new AbortController()];
  const [first, second] = [codes.take(never), codes.take(waiting.signal)];
  codes.add('a');
  expect(await first).toBe('a');
  waiting.abort();
  await expect(second).rejects.toMatchObject({ name: 'AbortError' });
});
