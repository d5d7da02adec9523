import { PassThrough } from 'node:stream';
import type { Socket } from 'node:net';
import { expect, it } from '@jest/globals';
import { parseRaw } from '../../../test/http/raw-request.ts';
import { answerUnreadableRequest } from './early-errors.ts';

it.each([
  ['ERR_HTTP_REQUEST_TIMEOUT', 408, 'RequestTimeout'],
  ['HPE_INVALID_METHOD', 400, 'InvalidRequest'],
  ['HPE_HEADER_OVERFLOW', 400, 'InvalidRequest'],
  ['ECONNRESET', 400, 'InvalidRequest'],
])('answers %s with %i, and ends the connection', (code, status, error) => {
  let isEnded = false;
  const sent = new PassThrough();
  const socket = Object.assign(sent, { destroySoon: () => (isEnded = true) });
  answerUnreadableRequest(Object.assign(new Error(), { code }), socket as unknown as Socket);
  const answer = parseRaw(String(sent.read()));
  expect([answer.status, JSON.parse(answer.body)]).toMatchObject([status, { error }]);
  expect([answer.headers.get('connection'), isEnded]).toEqual(['close', true]);
});
