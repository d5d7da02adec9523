import { PassThrough } from 'node:stream';
import { expect, it } from '@jest/globals';
import { StatusLine } from './status-line.ts';

function lineOn(isTTY: boolean): { line: StatusLine; written: () => string } {
  const output = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY });
  return { line: new StatusLine(output), written: () => String(output.read() ?? '') };
}

it('writes a line for each change where lines stay', () => {
  const { line, written } = lineOn(false);
  line.note('a link');
  line.show('Waiting', new Date());
  line.show('Waiting', new Date());
  line.show('In trouble');
  line.ask('The code: ');
  line.end();
  expect(written()).toBe('a link\nWaiting\nIn trouble\nThe code:\n');
});

it('changes one line on a terminal, below what stays, and leaves nothing of it', () => {
  const { line, written } = lineOn(true);
  line.show('Waiting', new Date(Date.now() + 61_500));
  expect(written()).toBe('Waiting (1:02 left)');
  line.note('wrong');
  expect(written()).toBe('\r\x1b[Kwrong\nWaiting (1:02 left)');
  line.ask('The code: ');
  line.end();
  expect(written()).toBe('\r\x1b[KThe code: ');
});
