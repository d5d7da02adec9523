import type { TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';

/** One line of the text format of Prometheus. */
export type Sample = { name: string; labels: Readonly<Record<string, string>>; value: number };

/** Asks a broker for its metrics, as the operator. */
export function scrape({ url, secrets }: TestBroker, method = 'GET'): Promise<Response> {
  const headers = { authorization: `Bearer ${secrets.adminToken}` };
  return exchange(new URL('/metrics', url), { method, headers });
}

/** Reads the samples of a text; throws at a line that is none. */
export function readSamples(text: string): Sample[] {
  return text
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => {
      const [, name, labels = '', value] = /^([a-z0-9_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`not a sample: ${line}`);
      const pairs = [...labels.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, label = '', is = '']) => [
        label,
        is,
      ]);
      return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) };
    });
}

/** Returns the samples of one name as an object from their one label to their number. */
export function byLabel(samples: readonly Sample[], name: string): Record<string, number> {
  return Object.fromEntries(
    samples
      .filter(sample => sample.name === name)
      .map(({ labels, value }) => [Object.values(labels).join(), value]),
  );
}
