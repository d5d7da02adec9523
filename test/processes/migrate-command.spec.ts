import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { migrations } from '../../migrations/index.ts';
import { describeDeployments } from './deployment.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const names = Object.keys(migrations);
const last = names.at(-1) ?? '';

describeDeployments('latchkey migrate', deployment => {
  async function migrate(...command: string[]): Promise<string> {
    const { PATH = '' } = process.env;
    const env = { PATH, ...deployment().settings };
    const { stdout } = await promisify(execFile)(process.execPath, [cli, 'migrate', ...command], { env });
    return stdout;
  }

  it('lists the migrations, applies them and undoes the last one', async () => {
    expect(await migrate('status')).toBe(names.map(name => `${name}  not applied\n`).join(''));
    expect(await migrate('up')).toBe(`applied ${names.join(', ')}\n`);
    expect(await migrate('up')).toBe('nothing to do\n');
    expect(await migrate('status')).toMatch(/^(\S+ {2}\d{4}-\d\d-\d\dT\S+Z\n)+$/);
    await expect(migrate('down')).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(new RegExp(`^latchkey: ${last} takes .*\\nNothing was changed`, 's')),
    });
    expect(await migrate('up')).toBe('nothing to do\n');
    expect(await migrate('down', '--yes')).toMatch(new RegExp(`^undone ${last}\n${last} takes `));
    expect(await migrate('status')).toMatch(new RegExp(`^${last} {2}not applied$`, 'm'));
  });

  it('undoes nothing while a broker runs', async () => {
    await deployment().start();
    for (const command of [['down'], ['down', '--yes']])
      await expect(migrate(...command)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^latchkey: (A broker uses this database: |Another Latchkey process )/),
      });
  });

  it('reports wrong settings', async () => {
    const settings = { ...deployment().settings, LATCHKEY_PLC: 'x' };
    const command = promisify(execFile)(process.execPath, [cli, 'migrate', 'up'], { env: settings });
    await expect(command).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^latchkey: these settings need a change:\n {2}LATCHKEY_PLC .*\n$/),
    });
  });
});
