import type { TestBroker } from '../broker/test-broker.ts';

const INDENT = 4;

/** Lists the routes of a running broker as its own router prints them: `GET /api/me`. */
export function routesOf({ app }: TestBroker): string[] {
  const server = app.getHttpAdapter().getInstance();
  const parents: string[] = [];
  return server
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap(line => {
      const [, indent = '', part = '', methods] = /^([│ ]*)[├└]── (\S*)(?: \((.+)\))?$/.exec(line) ?? [];
      const depth = indent.length / INDENT;
      const path = (parents[depth - 1] ?? '') + part;
      parents[depth] = path;
      return methods?.split(', ').map(method => `${method} ${path}`) ?? [];
    });
}
