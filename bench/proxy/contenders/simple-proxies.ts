import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Child } from '../../../test/network/child.ts';
import { callerHeaders, type Contender } from './contender.ts';

/** Proxies that are no brokers, with their files and arguments. */
const programs = {
  bare: { name: 'bare undici proxy', args: ['undici-proxy.ts'] },
  proof: { name: 'bare plus proof', args: ['undici-proxy.ts', '--proof'] },
  locked: { name: 'bare plus proof, account lock', args: ['undici-proxy.ts', '--proof', '--account-lock'] },
  handler: { name: '`fetchHandler`', args: ['official-proxy.ts'] },
  restore: { name: '`restore()` per request', args: ['official-proxy.ts', '--restore'] },
} as const;

export type SimpleProxy = keyof typeof programs;

/** Starts one of them in front of a PDS. */
export async function startSimpleProxy(kind: SimpleProxy, pds: string): Promise<Contender> {
  const { name, args } = programs[kind];
  const [file, ...options] = args;
  const child = new Child([fileURLToPath(new URL(file, import.meta.url)), pds, ...options], {});
  const [url] = (await child.until(signal => once(child.childProcess, 'message', { signal }))) as [string];
  return {
    name,
    pid: child.childProcess.pid ?? 0,
    url,
    headers: callerHeaders,
    // As long as the broker's.
    cookies: [`latchkey=${'c'.repeat(43)}`],
    stop: () => child.stop(),
  };
}
