import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeDeployments } from './deployment.ts';

describeDeployments('the spool', deployment => {
  let spool: string;
  beforeEach(async () => {
    spool = await mkdtemp(join(tmpdir(), 'latchkey-spool-'));
  });
  afterEach(() => rm(spool, { recursive: true }));

  it('must be writable, or the broker does not start', async () => {
    // A directory where a file is written: root may write in any directory that it only may read.
    const slot = join(spool, '1');
    await mkdir(join(slot, 'proof.part'), { recursive: true });
    expect(await deployment().refusal({ LATCHKEY_SPOOL_DIR: spool })).toEqual({
      code: 1,
      message: `Latchkey cannot start: The spool directory ${slot} cannot be written (EISDIR). Free space on its disk, make it writable for this process, or set LATCHKEY_SPOOL_DIR to another directory.`,
    });
    await rm(join(slot, 'proof.part'), { recursive: true });
    await (await deployment().start({ LATCHKEY_SPOOL_DIR: spool })).stop();
  });
});
