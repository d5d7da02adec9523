import type { TestBroker } from '../broker/test-broker.ts';
import { exchange } from '../network/http-exchange.ts';

/** One sample line of the Prometheus text format. */
export type Sample = { name: string; labels: Readonly<Record<string, string>>; value: number };

/** Fetches a broker's metrics, as the operator. */
export function scrape({ url, secrets }: TestBroker, method = 'GET'): Promise<Response> {
  const headers = { authorization: `Bearer ${secrets.adminToken}` };
  return exchange(new URL('/metrics', url), { method, headers });
}

/** Parses samples. Throws on an invalid line. */
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

/** Returns the samples of one name, by the value of their only label. */
export function byLabel(samples: readonly Sample[], name: string): Record<string, number> {
  return Object.fromEntries(
    samples
      .filter(sample => sample.name === name)
      .map(({ labels, value }) => [Object.values(labels).join(), value]),
  );
}
