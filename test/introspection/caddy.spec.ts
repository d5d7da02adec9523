import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { NO_CALLER } from '../../src/introspection/caller-headers.ts';
import { blockFor } from '../documents/document-blocks.ts';

const run = promisify(execFile);
const caddy = '/usr/bin/caddy';

describe('the documented configuration of Caddy', () => {
  const configuration = blockFor('test/introspection/caddy.spec.ts', 'caddyfile');
  const lines = configuration.split('\n').map(line => line.trim());
  const names = Object.keys(NO_CALLER);

  it("drops every caller's header before it asks the broker, and copies every header of the broker", () => {
    const asks = lines.findIndex(line => line.startsWith('forward_auth '));
    const dropped = lines
      .slice(0, asks)
      .flatMap(line => /^request_header -(\S+)$/.exec(line)?.slice(1) ?? [])
      .map(name => name.toLowerCase());
    expect(dropped).toEqual(['*_*', ...names, 'x-original-method']);
    const copied = lines.find(line => line.startsWith('copy_headers ')) ?? '';
    expect(copied.toLowerCase().split(' ').slice(1)).toEqual(names);
  });

  it('keeps the key from the AppView', () => {
    const appView = lines.indexOf('reverse_proxy 127.0.0.1:3000');
    expect(lines.slice(0, appView).at(-1)).toBe('request_header -Authorization');
  });

  const itWithCaddy = existsSync(caddy) ? it : it.skip;
  itWithCaddy('is understood by Caddy', async () => {
    const adapted = run(caddy, ['adapt', '--adapter', 'caddyfile', '--config', '/dev/stdin']);
    adapted.child.stdin?.end(configuration);
    await adapted;
  });
});
