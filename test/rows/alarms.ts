import type { TestBroker } from '../broker/test-broker.ts';

/** How often the broker has raised the alarm of a row that cannot be opened. */
export function countAlarms({ logLines }: TestBroker): number {
  return logLines.filter(line => (JSON.parse(line) as { alarm?: boolean }).alarm === true).length;
}
