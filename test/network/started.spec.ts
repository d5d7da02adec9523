import { describe, expect, it } from '@jest/globals';
import { Started, type Stoppable } from './started.ts';

function recorder() {
  const stopped: string[] = [];
  const part = (name: string) => (): Promise<Stoppable> =>
    Promise.resolve({ stop: () => Promise.resolve(stopped.push(name)) });
  return { stopped, part };
}

describe('the started parts', () => {
  it('are stopped in reverse order, and once', async () => {
    const { stopped, part } = recorder();
    const started = new Started();
    await started.start(part('network'));
    await started.start(part('broker'));
    await Promise.all([started.stop(), started.stop()]);
    expect(stopped).toEqual(['broker', 'network']);
  });

  it('are stopped even if one is still starting', async () => {
    const { stopped, part } = recorder();
    const started = new Started();
    const slow = Promise.withResolvers<Stoppable>();
    const starting = started.start(() => slow.promise);
    const stopping = started.stop();
    slow.resolve(await part('slow')());
    await Promise.all([starting, stopping]);
    expect(stopped).toEqual(['slow']);
  });

  it('are all stopped even if one failed to start and another fails to stop', async () => {
    const { stopped, part } = recorder();
    const started = new Started();
    await started.start(part('network'));
    await started.start(() => Promise.resolve({ stop: () => Promise.reject(new Error('stuck')) }));
    await expect(started.start(() => Promise.reject(new Error('no port')))).rejects.toThrow('no port');
    await expect(started.stop()).rejects.toThrow('not everything could be stopped');
    expect(stopped).toEqual(['network']);
  });

  it('cannot be extended while they are being stopped', async () => {
    const { stopped, part } = recorder();
    const started = new Started();
    await started.stop();
    await expect(started.start(part('late'))).rejects.toThrow('being stopped');
    expect(stopped).toEqual([]);
  });
});
