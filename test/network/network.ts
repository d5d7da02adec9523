import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Child, lessCollecting } from './child.ts';
import { connectControl, type NetworkControl, type NetworkDescription } from './network-control.ts';

const networkProcess = fileURLToPath(new URL('network-process.ts', import.meta.url));

/** A PLC directory, a PDS and their accounts, running in a process of their own. */
export type Network = NetworkDescription & Omit<NetworkControl, 'describe'> & { controlUrl: string };

export type OwnNetwork = Network & { stop: () => Promise<unknown> };

export type NetworkOptions = {
  onLine?: (line: string) => void;
  /** Whether this process stays as long as its network does, which is until `stop`. */
  isWaitedFor?: boolean;
};

/** Starts a network of one's own; it ends with `stop`, and with this process at the latest. */
export async function startNetwork({ onLine, isWaitedFor = true }: NetworkOptions = {}): Promise<OwnNetwork> {
  const child = new Child([...lessCollecting, networkProcess], {
    environment: { LOG_ENABLED: 'false' },
    onLine,
  });
  const [controlUrl] = (await child.until(signal => once(child.childProcess, 'message', { signal }))) as [
    string,
  ];
  if (!isWaitedFor) child.unref();
  return { ...(await connectNetwork(controlUrl)), stop: () => child.stop() };
}

/** The network that runs elsewhere and is controlled at `controlUrl`. */
async function connectNetwork(controlUrl: string): Promise<Network> {
  const { describe, ...control } = connectControl(controlUrl);
  return { ...(await describe()), ...control, controlUrl };
}

/** The network that the test run shares; its accounts are shared too, so a suite that ends one makes its own. */
export async function sharedNetwork(): Promise<Network> {
  const controlUrl = process.env.TEST_NETWORK_URL;
  if (controlUrl === undefined) throw new Error('TEST_NETWORK_URL is not set: the global setup did not run');
  return connectNetwork(controlUrl);
}
