import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Child, lessCollecting } from './child.ts';
import { connectControl, type NetworkControl, type NetworkDescription } from './network-control.ts';

const networkProcess = fileURLToPath(new URL('network-process.ts', import.meta.url));

/** A PLC directory, a PDS and their accounts, in their own process. */
export type Network = NetworkDescription & Omit<NetworkControl, 'describe'> & { controlUrl: string };

export type OwnNetwork = Network & { stop: () => Promise<unknown> };

export type NetworkOptions = { onLine?: (line: string) => void };

/** Starts a new network, which stops with `stop` or with this process. */
export async function startNetwork({ onLine }: NetworkOptions = {}): Promise<OwnNetwork> {
  const child = new Child([...lessCollecting, networkProcess], {
    environment: { LOG_ENABLED: 'false' },
    onLine,
  });
  const [controlUrl] = (await child.until(signal => once(child.childProcess, 'message', { signal }))) as [
    string,
  ];
  return { ...(await connectNetwork(controlUrl)), stop: () => child.stop() };
}

/** Returns the client of a network that is controlled at `controlUrl`. */
async function connectNetwork(controlUrl: string): Promise<Network> {
  const { describe, ...control } = connectControl(controlUrl);
  return { ...(await describe()), ...control, controlUrl };
}

/** Returns a network of its own for each name, in the process of the test run's network. */
export async function namedNetwork(name: string): Promise<Network> {
  const { openNetwork } = await sharedNetwork();
  return connectNetwork(await openNetwork(name));
}

/** Returns the network of the test run. Its accounts are shared, so a suite that takes one down creates its own. */
export async function sharedNetwork(): Promise<Network> {
  const controlUrl = process.env.TEST_NETWORK_URL;
  if (controlUrl === undefined) throw new Error('TEST_NETWORK_URL is not set: the global setup did not run');
  return connectNetwork(controlUrl);
}
