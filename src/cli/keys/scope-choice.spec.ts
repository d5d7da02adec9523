import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { chooseScope, toScope } from './scope-choice.ts';

const offer = {
  parts: ['atproto', 'transition:generic', 'repo:app.bsky.feed.post', 'blob:image/*'],
  presets: [
    { name: 'post' as const, scope: 'atproto repo:app.bsky.feed.post blob:image/*' },
    { name: 'all' as const, scope: 'atproto transition:generic' },
  ],
};

/** A terminal whose person types one line after each question. */
function typing(answers: readonly string[], isTTY = true) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = Object.assign(new PassThrough(), { isTTY });
  let said = '';
  const left = [...answers];
  output.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (!text.endsWith(': ')) return;
    const next = left.shift();
    if (next === undefined) input.end();
    else input.write(`${next}\n`);
  });
  return { terminal: { input, output }, said: () => said };
}

function choose(terminal: ReturnType<typeof typing>['terminal'], presets = offer.presets): Promise<string> {
  const api = { listScopes: () => Promise.resolve({ ...offer, presets }) };
  return chooseScope({ api, terminal, signal: new AbortController().signal });
}

describe('the scope of a key on the command line', () => {
  it.each([
    ['post', 'post'],
    ['all', 'all'],
    ['repo:app.bsky.feed.post blob:image/*', 'atproto repo:app.bsky.feed.post blob:image/*'],
    ['atproto  repo:a.b.c', 'atproto repo:a.b.c'],
    ['atproto', 'atproto'],
  ])('%s is sent as %s', (option, scope) => {
    expect(toScope(option)).toBe(scope);
  });

  it.each([
    [[''], 'post'],
    [['2'], 'all'],
    [['x', '9', '1'], 'post'],
    [['3', '', '7', '3 2'], 'atproto blob:image/* repo:app.bsky.feed.post'],
  ])('is chosen by %j: %s', async (answers, scope) => {
    const { terminal, said } = typing(answers);
    expect(await choose(terminal)).toBe(scope);
    expect(said()).toContain('1  Post only');
  });

  it('offers only what the broker does', async () => {
    const { terminal, said } = typing(['1', '1']);
    expect(await choose(terminal, [])).toBe('atproto transition:generic');
    expect(said()).not.toContain('Post only');
  });

  it('is not waited for once the input has ended', async () => {
    await expect(choose(typing(['3']).terminal)).rejects.toMatchObject({ exitCode: 1 });
  });

  it('is required without a terminal, and the error lists the values', async () => {
    const { terminal } = typing([], false);
    await expect(choose(terminal)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/--scope[^]*post: [^]*all: [^]*repo:app\.bsky\.feed\.post, blob:image/),
    });
  });
});
