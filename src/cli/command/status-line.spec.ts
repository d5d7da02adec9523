import { PassThrough } from 'node:stream';
import { expect, it } from '@jest/globals';
import { StatusLine } from './status-line.ts';

function lineOn(isTTY: boolean): { line: StatusLine; written: () => string } {
  const output = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY });
  return { line: new StatusLine(output), written: () => String(output.read() ?? '') };
}

it('writes a line for each change if the output is no terminal', () => {
  const { line, written } = lineOn(false);
  line.print('a link');
  line.setStatus('Waiting', new Date());
  line.setStatus('Waiting', new Date());
  line.setStatus('In trouble');
  line.prompt('The code: ');
  line.clear();
  expect(written()).toBe('a link\nWaiting\nIn trouble\nThe code:\n');
});

it('changes one line on a terminal, below the lines that stay, and removes it at the end', () => {
  const { line, written } = lineOn(true);
  line.setStatus('Waiting', new Date(Date.now() + 61_500));
  expect(written()).toBe('Waiting (1:02 left)');
  line.print('wrong');
  expect(written()).toBe('\r\x1b[Kwrong\nWaiting (1:02 left)');
  line.prompt('The code: ');
  line.clear();
  expect(written()).toBe('\r\x1b[KThe code: ');
});
