import { Counter, type Registry } from 'prom-client';

type LabelledCounter<Label extends string> = {
  readonly name: string;
  readonly help: string;
  readonly label: Label;
  readonly values: readonly string[];
};

/**
 * Returns a counter that shows every value of its label from the start. A value that appears with its first event hides
 * that event from a query for growth.
 */
export function counterFromZero<Label extends string>(
  registry: Registry,
  { name, help, label, values }: LabelledCounter<Label>,
): Counter<Label> {
  const counter = new Counter<string>({ name, help, labelNames: [label], registers: [registry] });
  for (const value of values) counter.inc({ [label]: value }, 0);
  return counter;
}
