import { beforeAll, expect, it } from '@jest/globals';
import { errorCodes } from '../../src/errors/error-code.ts';
import { routesOf } from '../access/routes.ts';
import { accountOf, describeBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';

type Schema = {
  type?: string;
  required?: string[];
  properties?: Record<string, Schema>;
  $ref?: string;
  enum?: string[];
};
type Content = Record<string, { schema?: Schema }>;
type Operation = {
  operationId: string;
  summary?: string;
  parameters: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
  security?: Record<string, unknown>[];
};
type Description = {
  openapi: string;
  info: { title: string; version: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    securitySchemes: Record<string, { type: string; name?: string }>;
  };
};

/** Pages, their assets, and OpenAPI itself. */
const isPage = (route: string): boolean =>
  /^OPTIONS |^\w+ \/($|(account|admin|connect|assets|avatars|docs|lookup|favicon\.ico|robots\.txt)(\/|$)|api\/openapi\.json$)/.test(
    route,
  );

describeBroker(
  'the description of the routes',
  broker => {
    let description: Description;
    let operations: [string, Operation][];
    beforeAll(async () => {
      const answer = await exchange(new URL('/api/openapi.json', broker().url));
      description = (await answer.json()) as Description;
      operations = Object.entries(description.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]): [string, Operation] => [
          `${method.toUpperCase()} ${path}`,
          operation,
        ]),
      );
    });

    const operation = (route: string): Operation => {
      const found = operations.find(([name]) => name === route);
      if (!found) throw new Error(`${route} is not described`);
      return found[1];
    };

    it('is OpenAPI 3.1, with title, version and server', () => {
      expect(description).toMatchObject({
        openapi: expect.stringMatching(/^3\.1\.\d$/),
        info: { title: 'Latchkey', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
        servers: [{ url: broker().publicUrl }],
      });
      expect(description.components.securitySchemes.browser).toMatchObject({
        type: 'apiKey',
        name: 'latchkey',
      });
    });

    it('describes every route but the pages, and no others', () => {
      const described = operations.map(([route]) => route.replace(/\{(\w+)\}/g, ':$1'));
      const routes = routesOf(broker()).filter(route => !route.startsWith('HEAD ') && !isPage(route));
      expect(described.sort()).toEqual(routes.sort());
    });

    it('has an id, a summary and responses for each of them', () => {
      const ids = operations.map(([, { operationId }]) => operationId);
      expect(new Set(ids).size).toBe(ids.length);
      for (const [route, { operationId, summary, responses, parameters }] of operations) {
        expect([route, operationId, summary]).toEqual([
          route,
          expect.stringMatching(/^[a-z]\w+$/),
          expect.any(String),
        ]);
        expect(Object.keys(responses).filter(status => /^[23]|default/.test(status))).not.toEqual([]);
        for (const { description: said } of Object.values(responses)) expect(said).not.toBe('');
        const inPath = [...route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        expect(parameters.filter(({ in: place }) => place === 'path').map(({ name }) => name)).toEqual(
          inPath,
        );
        for (const { schema } of parameters) expect(schema).toHaveProperty('type');
      }
    });

    it('refers only to its own schemas', () => {
      const references = [
        ...JSON.stringify(description).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g),
      ];
      expect(references.length).toBeGreaterThan(0);
      for (const [, name = ''] of references) expect(description.components.schemas).toHaveProperty(name);
      const schemes = operations.flatMap(([, { security = [] }]) => security.flatMap(Object.keys));
      for (const scheme of schemes) expect(description.components.securitySchemes).toHaveProperty(scheme);
    });

    it('says which routes need a credential', async () => {
      for (const [route, { security, responses }] of operations) {
        const [method = '', path = ''] = route.split(' ');
        const { status } = await exchange(new URL(path.replace('{nsid}', 'a.b.c'), broker().url), { method });
        expect([route, security !== undefined]).toEqual([route, status === 401]);
        expect([route, Object.keys(responses)]).toEqual([route, expect.arrayContaining([String(status)])]);
      }
    });

    it('lists every error code, in the shape of errors', async () => {
      const { Error: schema } = description.components.schemas;
      expect(schema?.required).toEqual(['error', 'message']);
      expect(schema?.properties?.error?.enum).toEqual([...errorCodes]);
      const answer = await exchange(new URL('/api/me', broker().url));
      expect(Object.keys((await answer.json()) as object)).toEqual(schema?.required);
      expect(Object.keys(schema?.properties ?? {})).toEqual(['error', 'message', 'reconnectUrl', 'scope']);
    });

    it('describes the response of GET /api/me', async () => {
      const browser = broker().browser();
      await browser.login('alice.test', accountOf(broker(), 'alice.test'));
      const me = (await (await browser.get('/api/me')).json()) as object;
      const schema = operation('GET /api/me').responses['200']?.content?.['application/json']?.schema;
      const sometimes = ['reconsentUrl', 'scopeShortfall'];
      expect(Object.keys(schema?.properties ?? {}).sort()).toEqual([...Object.keys(me), ...sometimes].sort());
      expect(schema?.required?.sort()).toEqual(Object.keys(me).sort());
    });

    it('says that a login accepts a form as well as JSON, and a call of a PDS any body', () => {
      const typesOf = (route: string) => Object.keys(operation(route).requestBody?.content ?? {});
      expect(typesOf('POST /oauth/login')).toEqual(['application/x-www-form-urlencoded', 'application/json']);
      expect(typesOf('POST /xrpc/{nsid}')).toEqual(['*/*']);
    });
  },
  // Forward-auth does not ask untrusted callers for a credential.
  { anyDatabase: true, settings: { LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' } },
);
