import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const oldNode = findOldNode();
if (!oldNode) {
  process.stderr.write('SKIPPED: there is no Node below 22 on the PATH, so its refusal is not tested here\n');
}

(oldNode ? describe : describe.skip)('a Node that is too old', () => {
  it.each(['main.js', 'cli.js'])('is refused by %s in one line, before anything native is loaded', entry => {
    const program = fileURLToPath(new URL(`../../dist/${entry}`, import.meta.url));
    const { status, stdout, stderr } = spawnSync(oldNode ?? '', [program], { env: {}, encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(
      /^Latchkey needs Node 22\.19 or newer and found \d+\.\d+\.\d+: .*npx latchkey.*\n$/,
    );
  });
});

function findOldNode(): string | undefined {
  const { PATH = '' } = process.env;
  const nodes = PATH.split(delimiter)
    .map(directory => join(directory, 'node'))
    .filter(existsSync);
  return nodes.find(node => majorOf(node) < 22);
}

function majorOf(node: string): number {
  return Number(/^v(\d+)/.exec(execFileSync(node, ['--version'], { encoding: 'utf8' }))?.[1]);
}
