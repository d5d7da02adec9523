import type { TestBroker } from '../broker/test-broker.ts';

/** Returns how often the broker raised the alarm of an unsealable row. */
export function countAlarms({ logLines }: TestBroker): number {
  return logLines.filter(line => (JSON.parse(line) as { alarm?: boolean }).alarm === true).length;
}
