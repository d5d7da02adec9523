import { Readable } from 'node:stream';
import { withinTime } from '../../waiting/within-time.ts';
import { decodedBody } from './decoded-body.ts';
import type { Answer } from './exchange.ts';

/** A response, and its decoded body if it is short and complete. `answer` replaces the one that was read. */
type WholeBody = { readonly answer: Answer; readonly text: string | undefined };

type WholeBodyLimits = {
  /** In bytes, received and decoded. */
  readonly most: number;
  /** How long the body may take to arrive. */
  readonly patienceMs: number;
};

/**
 * Reads the body of a response to look at it. A body that is longer, slower or broken stays a stream, which starts with
 * the bytes that were read.
 */
export async function readWholeBody(answer: Answer, limits: WholeBodyLimits): Promise<WholeBody> {
  const { body } = answer;
  const read = Buffer.isBuffer(body) ? body : await readShort(body, limits);
  if (!Buffer.isBuffer(read)) return { answer: { ...answer, body: read }, text: undefined };
  return { answer: { ...answer, body: read }, text: await decode(answer, read, limits.most) };
}

async function readShort(body: Readable, { most, patienceMs }: WholeBodyLimits): Promise<Buffer | Readable> {
  const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer, undefined>;
  const until = performance.now() + patienceMs;
  const kept: Buffer[] = [];
  for (let bytes = 0; ;) {
    const pending = chunks.next();
    const next = await withinTime(until - performance.now(), pending, undefined).catch(() => undefined);
    if (next?.done) return Buffer.concat(kept, bytes);
    if (next) {
      kept.push(next.value);
      bytes += next.value.length;
    }
    if (!next || bytes > most) return resume(body, kept, next ? chunks.next() : pending, chunks);
  }
}

/** Returns a stream of what was read and what still arrives. To close it closes the body's connection. */
function resume(
  body: Readable,
  kept: readonly Buffer[],
  pending: Promise<IteratorResult<Buffer, undefined>>,
  rest: AsyncIterator<Buffer, undefined>,
): Readable {
  pending.catch(() => undefined); // Its reader may never come.
  const all = async function* (): AsyncGenerator<Buffer, void> {
    yield* kept;
    for (let next = await pending; !next.done; next = await rest.next()) yield next.value;
  };
  return Readable.from(all(), { objectMode: false }).once('close', () => body.destroy());
}

async function decode({ headers }: Answer, body: Buffer, most: number): Promise<string | undefined> {
  if (body.length > most) return undefined;
  const coding = headers['content-encoding']?.toLowerCase() ?? '';
  try {
    return Buffer.from(await decodedBody(Buffer.from(body), coding, most)).toString('utf8');
  } catch {
    return undefined; // The caller decodes it, or fails to.
  }
}
