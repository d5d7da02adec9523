import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import manifest from '../../package.json' with { type: 'json' };

const subject = new URL('../../src/config/supported-node.ts', import.meta.url).href;

function startOn(version: string) {
  const program = `import { requireSupportedNode } from '${subject}';
    requireSupportedNode('${version}');
    console.log('went on');`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
}

describe('requireSupportedNode', () => {
  it.each(['18.20.8', '20.20.2', '22.18.0', '21.99.0'])(
    'ends the process in one clear line on %s',
    version => {
      const { status, stdout, stderr } = startOn(version);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(/^Latchkey needs Node 22\.19 or newer and found [\d.]+: .*"npx latchkey".*\n$/);
      expect(stderr).toContain(`found ${version}:`);
    },
  );

  it.each(['22.19.0', '22.21.1', '23.0.0', '24.21.0', '26.1.0'])('lets %s pass', version => {
    expect(startOn(version)).toMatchObject({ status: 0, stdout: 'went on\n', stderr: '' });
  });

  it('refuses exactly the versions that package.json refuses', () => {
    expect(manifest.engines.node).toBe('>=22.19');
  });
});
