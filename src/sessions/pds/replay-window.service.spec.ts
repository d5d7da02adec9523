import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { type BodyStream, REPLAY_WINDOW_BYTES, ReplayWindow } from './replay-window.service.ts';

function bodyOf(size: number, { told = true } = {}): BodyStream {
  const chunks = Array.from({ length: Math.ceil(size / 65_536) }, (_, index) =>
    Buffer.alloc(Math.min(65_536, size - index * 65_536), index % 251),
  );
  return { stream: Readable.from(chunks, { objectMode: false }), length: told ? size : undefined };
}

const contentOf = (body: Buffer | BodyStream) => (Buffer.isBuffer(body) ? body : buffer(body.stream));

describe('ReplayWindow', () => {
  it.each([
    [0, true, 'kept'],
    [1, true, 'kept'],
    [REPLAY_WINDOW_BYTES, true, 'kept'],
    [REPLAY_WINDOW_BYTES + 1, true, 'streamed'],
    [0, false, 'kept'],
    [REPLAY_WINDOW_BYTES, false, 'kept'],
    [REPLAY_WINDOW_BYTES + 1, false, 'streamed'],
    [3 * REPLAY_WINDOW_BYTES, false, 'streamed'],
  ])('passes on a body of %i bytes (length declared: %s) %s and whole', async (size, told, outcome) => {
    const expected = await buffer(bodyOf(size).stream);
    await new ReplayWindow().withBody(bodyOf(size, { told }), async body => {
      expect(Buffer.isBuffer(body) ? 'kept' : 'streamed').toBe(outcome);
      expect((await contentOf(body)).equals(expected)).toBe(true);
    });
  });

  it('keeps at most 256 MiB of all bodies, and frees their room after use', async () => {
    const window = new ReplayWindow();
    const { promise: held, resolve: letGo } = Promise.withResolvers<undefined>();
    const kinds: string[] = [];
    const use = async (body: Buffer | BodyStream): Promise<void> => {
      kinds.push(Buffer.isBuffer(body) ? 'kept' : 'streamed');
      await held;
    };
    const full = Array.from({ length: 32 }, () => window.withBody(bodyOf(1, { told: false }), use));
    await window.withBody(bodyOf(1), body =>
      Promise.resolve(kinds.push(Buffer.isBuffer(body) ? 'one' : 'none')),
    );
    expect(kinds).toContain('none');
    letGo(undefined);
    await Promise.all(full);
    expect(kinds.filter(kind => kind === 'kept')).toHaveLength(32);
    expect(await window.withBody(bodyOf(1), body => Promise.resolve(Buffer.isBuffer(body)))).toBe(true);
  });

  it('reads the rest of an unused stream, so that its connection can be used again', async () => {
    const source = new PassThrough();
    source.write(Buffer.alloc(REPLAY_WINDOW_BYTES + 1));
    await new ReplayWindow().withBody({ stream: source, length: undefined }, body => {
      if (!Buffer.isBuffer(body)) body.stream.destroy();
      return Promise.resolve();
    });
    source.end(Buffer.alloc(1024 * 1024));
    await new Promise(resolve => source.once('end', resolve));
    expect(source.destroyed || source.readableEnded).toBe(true);
  });

  it('passes on the error of a body that breaks off', async () => {
    const stream = new PassThrough();
    stream.write('the beginning');
    const broken = new ReplayWindow().withBody({ stream, length: 100 }, () => Promise.resolve());
    stream.destroy(new Error('cut'));
    await expect(broken).rejects.toThrow('cut');
  });
});
