import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { Answer } from './exchange.ts';
import { readWholeBody } from './whole-body.ts';

const limits = { most: 1_000, patienceMs: 20_000 };
const answerOf = (body: Buffer | Readable, headers: Answer['headers'] = {}): Answer => ({
  statusCode: 401,
  headers,
  body,
});
const chunked = (...chunks: string[]): Readable =>
  Readable.from(
    chunks.map(chunk => Buffer.from(chunk)),
    { objectMode: false },
  );
const contentOf = ({ body }: Answer): Promise<Buffer> =>
  Buffer.isBuffer(body) ? Promise.resolve(body) : buffer(body);

describe('readWholeBody', () => {
  it.each([
    ['a short body', () => Buffer.from('short'), 'short'],
    ['an empty body', () => Buffer.alloc(0), ''],
    ['a short stream', () => chunked('sh', 'or', 't'), 'short'],
    ['an empty stream', () => chunked(), ''],
    ['a stream up to the limit', () => chunked('x'.repeat(600), 'y'.repeat(400)), undefined],
  ])('reads %s', async (_name, body, text) => {
    const expected = text ?? 'x'.repeat(600) + 'y'.repeat(400);
    const read = await readWholeBody(answerOf(body()), limits);
    expect(read.text).toBe(expected);
    expect((await contentOf(read.answer)).toString()).toBe(expected);
  });

  it.each([
    ['a long body', () => Buffer.from('x'.repeat(1_001))],
    ['a long stream', () => chunked('x'.repeat(600), 'x'.repeat(401))],
    ['a stream with one long chunk', () => chunked('x'.repeat(1_001))],
  ])('passes on %s whole, unread', async (_name, body) => {
    const read = await readWholeBody(answerOf(body()), limits);
    expect(read.text).toBeUndefined();
    expect((await contentOf(read.answer)).toString()).toBe('x'.repeat(1_001));
  });

  it('passes on a stream that does not end in time, with every byte in order', async () => {
    const stream = new PassThrough();
    stream.write('first ');
    const read = await readWholeBody(answerOf(stream), { ...limits, patienceMs: 1 });
    expect(read.text).toBeUndefined();
    stream.write('second ');
    stream.end('third');
    expect((await contentOf(read.answer)).toString()).toBe('first second third');
  });

  it('passes on the error of a stream that breaks, after its bytes', async () => {
    const stream = new PassThrough();
    stream.write('first');
    const reading = readWholeBody(answerOf(stream), limits);
    setImmediate(() => stream.destroy(new Error('cut')));
    const { answer, text } = await reading;
    expect(text).toBeUndefined();
    await expect(contentOf(answer)).rejects.toThrow('cut');
  });

  it('closes the source of a stream that is not read to its end', async () => {
    const stream = new PassThrough();
    stream.write('x'.repeat(2_000));
    const { answer } = await readWholeBody(answerOf(stream), limits);
    const closed = new Promise(resolve => stream.once('close', resolve));
    (answer.body as Readable).destroy();
    await closed;
    expect(stream.destroyed).toBe(true);
  });

  it('decodes the text, and passes on the coded body', async () => {
    const coded = gzipSync('short');
    const read = await readWholeBody(answerOf(coded, { 'content-encoding': 'GZIP' }), limits);
    expect(read.text).toBe('short');
    expect(await contentOf(read.answer)).toEqual(coded);
  });

  it.each([
    ['a body that grows too large when it is decoded', gzipSync('x'.repeat(100_000)), 'gzip'],
    ['a body that cannot be decoded', Buffer.from('short'), 'gzip'],
    ['an unknown coding', Buffer.from('short'), 'rot13'],
  ])('does not read %s', async (_name, body, coding) => {
    const read = await readWholeBody(answerOf(body, { 'content-encoding': coding }), limits);
    expect(read.text).toBeUndefined();
    expect(await contentOf(read.answer)).toEqual(body);
  });
});
