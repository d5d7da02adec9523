import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import type { SessionId } from '../../database/tables/id.ts';
import { asId } from '../../../test/ids.ts';
import { type BodyStream, REPLAY_WINDOW_BYTES, ReplayWindow } from './replay-window.service.ts';

function bodyOf(size: number, { told = true } = {}): BodyStream {
  const chunks = Array.from({ length: Math.ceil(size / 65_536) }, (_, index) =>
    Buffer.alloc(Math.min(65_536, size - index * 65_536), index % 251),
  );
  return { stream: Readable.from(chunks, { objectMode: false }), length: told ? size : undefined };
}

const [alice, bob] = [asId('alice'), asId('bob')] as [SessionId, SessionId];

/** A body and the window's limits in small: a MiB is a KiB here. */
const BODY = 8 * 1024;
const limits = {
  ofBody: BODY,
  ofSession: 4 * BODY,
  ofLargeBodies: 28 * BODY,
  ofAllBodies: 32 * BODY,
  smallBody: 64,
};
const smallWindow = (): ReplayWindow => Object.assign(new ReplayWindow(), { limits });

/** Keeps one body for each of the sessions until `end` is called. */
async function fill(
  window: ReplayWindow,
  sessions: readonly SessionId[],
  size = BODY,
): Promise<{ end: () => Promise<unknown> }> {
  const { promise: held, resolve: letGo } = Promise.withResolvers<undefined>();
  const uses: Promise<unknown>[] = [];
  for (const id of sessions) {
    const started = Promise.withResolvers<boolean>();
    const use = (body: Buffer | BodyStream): Promise<unknown> => {
      started.resolve(Buffer.isBuffer(body));
      return held;
    };
    uses.push(window.withBody(id, bodyOf(size), use));
    expect(await started.promise).toBe(true);
  }
  return {
    end: () => {
      letGo(undefined);
      return Promise.all(uses);
    },
  };
}

function isKept(window: ReplayWindow, id: SessionId, size = 1): Promise<boolean> {
  return window.withBody(id, bodyOf(size), body => {
    if (!Buffer.isBuffer(body)) body.stream.destroy();
    return Promise.resolve(Buffer.isBuffer(body));
  });
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
    await new ReplayWindow().withBody(alice, bodyOf(size, { told }), async body => {
      expect(Buffer.isBuffer(body) ? 'kept' : 'streamed').toBe(outcome);
      expect((await contentOf(body)).equals(expected)).toBe(true);
    });
  });

  it('keeps at most 32 MiB of one session, and frees their room after use', async () => {
    const window = smallWindow();
    const full = await fill(
      window,
      [0, 1, 2, 3].map(() => alice),
    );
    expect(await isKept(window, alice)).toBe(false);
    expect(await isKept(window, bob)).toBe(true);
    await full.end();
    expect(await isKept(window, alice)).toBe(true);
  });

  it('keeps at most 256 MiB of all bodies, the last of them for small ones', async () => {
    const window = smallWindow();
    const large = await fill(
      window,
      Array.from({ length: 28 }, (_, index) => asId(String(index % 7))),
    );
    expect(await isKept(window, bob, BODY)).toBe(false);
    expect(await isKept(window, bob)).toBe(true);
    const small = await fill(
      window,
      Array.from({ length: 512 }, (_, index) => asId(`small ${index % 8}`)),
      64,
    );
    expect(await isKept(window, bob)).toBe(false);
    await large.end();
    await small.end();
    expect(await isKept(window, bob, BODY)).toBe(true);
  });

  it('reserves no room for bytes that have not arrived', async () => {
    const window = smallWindow();
    const idle = Array.from({ length: 64 }, (_, index) => {
      const stream = new PassThrough();
      stream.write('x');
      const length = index % 2 ? BODY : undefined;
      return { stream, done: window.withBody(alice, { stream, length }, () => Promise.resolve()) };
    });
    expect(await isKept(window, alice, BODY)).toBe(true);
    for (const { stream } of idle) stream.end();
    await Promise.all(idle.map(({ done }) => done));
  });

  it('passes on a body of single bytes whole, kept or streamed', async () => {
    for (const size of [5_000, BODY, BODY + 1]) {
      const bytes = Array.from({ length: size }, (_, index) => Buffer.of(index % 251));
      const body = { stream: Readable.from(bytes, { objectMode: false }), length: undefined };
      await smallWindow().withBody(bob, body, async kept => {
        expect(Buffer.isBuffer(kept)).toBe(size <= BODY);
        expect((await contentOf(kept)).equals(Buffer.concat(bytes))).toBe(true);
      });
    }
  });

  it('reads the rest of an unused stream, so that its connection can be used again', async () => {
    const source = new PassThrough();
    source.write(Buffer.alloc(REPLAY_WINDOW_BYTES + 1));
    await new ReplayWindow().withBody(alice, { stream: source, length: undefined }, body => {
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
    const broken = new ReplayWindow().withBody(alice, { stream, length: 100 }, () => Promise.resolve());
    stream.destroy(new Error('cut'));
    await expect(broken).rejects.toThrow('cut');
  });
});
