import { describe, expect, it } from '@jest/globals';
import Fastify from 'fastify';
import { addErrorForms, type ErrorForm, errorFormOf } from './error-form.ts';

function serverWith(routes: Readonly<Record<string, ErrorForm | undefined>>) {
  const server = Fastify();
  addErrorForms(server);
  for (const [url, errorForm] of Object.entries(routes)) {
    server.get(url, { config: { ...(errorForm && { errorForm }) } }, () => 'ok');
  }
  return server;
}

describe('the form of an error', () => {
  const server = serverWith({
    '/': undefined,
    '/b/native/token': 'oauth',
    '/b/native/apps/:app/jwks.json': undefined,
    '/b/xrpc/:nsid': 'marked',
    '/b/api/me': undefined,
  });

  it.each([
    ['/b/native/token', 'oauth'],
    ['/b/native/par?x=1', 'oauth'],
    ['/b/native/nothing', 'oauth'],
    ['/b/native/deeper/nothing', 'oauth'],
    ['http://host/b/native/token', 'oauth'],
    ['/b/xrpc/a.b.c', 'marked'],
    ['/b/xrpc/%zz', 'marked'],
    ['/b/xrpc', undefined],
    ['/b/native/apps/a/jwks.json', undefined],
    ['/b/native/apps/a/nothing', undefined],
    ['/b/api/native-apps', undefined],
    ['/?x=/b/native/token', undefined],
  ])('of %s is %s', (url, form) => {
    expect(errorFormOf({ url, server })).toBe(form);
  });
});
