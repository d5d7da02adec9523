import { PassThrough } from 'node:stream';
import { expect, it } from '@jest/globals';
import { ClaimCodes, readCodes } from './claim-codes.ts';

const never = new AbortController().signal;

it('reads codes and URLs with a code line by line, and rejects at the end of the input', async () => {
  const [input, codes] = [new PassThrough(), new ClaimCodes()];
  readCodes(input, {
    onCode: code => {
      codes.add(code);
    },
    onEnd: () => {
      codes.close();
    },
  });
  input.end(' abcd-1234 \n\nhttp://127.0.0.1:9/x?request=1&code=EFGH-5678\nhttps://no.example/\n');
  expect([await codes.consume(never), await codes.consume(never), await codes.consume(never)]).toEqual([
    'abcd-1234',
    'EFGH-5678',
    'https://no.example/',
  ]);
  await expect(codes.consume(never)).rejects.toThrow('Standard input ended before a code was typed');
});

it('waits for a code until it comes or the wait is aborted', async () => {
  const [codes, waiting] = [new ClaimCodes(), new AbortController()];
  const [first, second] = [codes.consume(never), codes.consume(waiting.signal)];
  codes.add('a');
  expect(await first).toBe('a');
  waiting.abort();
  await expect(second).rejects.toMatchObject({ name: 'AbortError' });
});
