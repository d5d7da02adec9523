import { Counter, type Registry } from 'prom-client';

type LabelledCounter<Label extends string> = {
  readonly name: string;
  readonly help: string;
  readonly label: Label;
  readonly values: readonly string[];
};

/**
 * A counter that shows every value of its label from the start: one that begins with its first event hides that event from
 * whoever asks for its growth.
 */
export function counterFromZero<Label extends string>(
  registry: Registry,
  { name, help, label, values }: LabelledCounter<Label>,
): Counter<Label> {
  const counter = new Counter<string>({ name, help, labelNames: [label], registers: [registry] });
  for (const value of values) counter.inc({ [label]: value }, 0);
  return counter;
}
