import { expect, it } from '@jest/globals';
import { describeBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';

/** The error of `POST /oauth/login` for a readable body without an identifier. */
const read = [400, 'InvalidIdentifier'];
const invalid = [400, 'InvalidRequest'];

describeBroker(
  'a body',
  broker => {
    it.each([
      ['JSON', json, '{}', read],
      ['JSON of a charset', 'Application/JSON; charset=utf-8', '{}', read],
      ['a form', form, 'identifier=', read],
      ['an empty form', form, '', read],
      ['a form with a field of its own', form, 'what=ever', read],
      ['broken JSON', json, '{"identifier":', invalid],
      ['empty JSON', json, '', invalid],
      ['a JSON array', json, '[]', invalid],
      ['a JSON text', json, '"alice.test"', invalid],
      ['a field of the wrong type', json, '{"identifier":{}}', invalid],
      ['a field that is too long', form, `identifier=${'a'.repeat(2049)}`, invalid],
      ['JSON with a prototype', json, '{"__proto__":{"identifier":"alice.test"}}', invalid],
      ['JSON with a constructor', json, '{"constructor":{"prototype":{}}}', invalid],
      ['a JSON array of 30,000 levels', json, '['.repeat(30_000) + ']'.repeat(30_000), invalid],
      ['JSON of 10,000 levels', json, `${'{"a":'.repeat(10_000)}"__proto__"${'}'.repeat(10_000)}`, read],
      ['a form with a field sent twice', form, 'identifier=alice.test&identifier=bob.test', invalid],
      ['a form with a prototype', form, '__proto__=alice.test', read],
      ['as much as is accepted', form, `a=${'a'.repeat(64 * 1024 - 2)}`, read],
      ['one byte more', form, `a=${'a'.repeat(64 * 1024 - 1)}`, [413, 'PayloadTooLarge']],
      ['text', 'text/plain', 'identifier=alice.test', [415, 'UnsupportedMediaType']],
      ['a multipart form', 'multipart/form-data; boundary=x', '--x--', [415, 'UnsupportedMediaType']],
      ['a type that only looks like JSON', 'application/jsonp', '{}', [415, 'UnsupportedMediaType']],
      ['a malformed type', 'json', '{}', [415, 'UnsupportedMediaType']],
    ])('that is %s gets its status and code', async (_name, type, body, expected) => {
      const headers = { 'content-type': type };
      const answer = await exchange(new URL('/oauth/login', broker().url), { method: 'POST', headers, body });
      const { error } = (await answer.json()) as { error: string };
      expect([answer.status, error]).toEqual(expected);
    });

    it('without a type is ignored', async () => {
      const answer = await exchange(new URL('/oauth/login', broker().url), { method: 'POST' });
      expect(await answer.json()).toMatchObject({ error: 'InvalidIdentifier' });
    });

    it('is not quoted in its error', async () => {
      const answer = await exchange(new URL('/oauth/login', broker().url), {
        method: 'POST',
        headers: { 'content-type': json },
        body: '{"identifier":["hunter2"],"return_to":7,"replace":"hunter2"}',
      });
      const { message } = (await answer.json()) as { message: string };
      expect(message).toMatch(/^identifier must .+ return_to must .+ replace must /);
      expect(message).not.toContain('hunter2');
    });
  },
  { anyDatabase: true },
);
