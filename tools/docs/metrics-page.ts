import { toPage, toTable } from './markdown.ts';
import { runbookLinks } from './runbook-links.ts';

const opening = `\`GET /metrics\` returns the text format of Prometheus. It needs the admin token. With
\`LATCHKEY_METRICS_LISTEN\` set, it is served at that address alone, to every client that reaches it. No account, session,
issuer or path is a label. Values from the database or the disk are read at most every 10 s, and left out if they cannot
be read. All others count what this instance did since it started.`;

type Metric = { name: string; help: string; type: string; labels: Map<string, Set<string>> };

/**
 * Returns the page of all metrics of Latchkey's own.
 *
 * @param metrics in the text format of Prometheus
 * @param runbook the text of the runbook, whose sections name metrics
 */
export function metricsPage(metrics: string, runbook: string): string {
  const links = runbookLinks(runbook);
  const rows = parse(metrics).map(({ name, help, type, labels }) => [
    `\`${name}\``,
    type,
    [...labels].map(toLabel).join('; '),
    help,
    links(name).join(', '),
  ]);
  const last =
    'The metrics `process_*` and `nodejs_*` describe the process: memory, CPU, event loop, garbage.';
  return toPage('Metrics', opening, toTable(['Metric', 'Type', 'Labels', 'Meaning', 'Runbook'], rows), last);
}

function toLabel([label, values]: [string, Set<string>]): string {
  // Routes, methods and tables are as many as the broker has.
  const isOpen = ['route', 'method', 'status', 'table', 'metric'].includes(label);
  return isOpen ? `\`${label}\`` : `\`${label}\`: ${[...values].map(value => `\`${value}\``).join(', ')}`;
}

function parse(text: string): Metric[] {
  const metrics = new Map<string, Metric>();
  for (const [, name = '', help = ''] of text.matchAll(/^# HELP (latchkey_\w+) (.*)$/gm))
    metrics.set(name, { name, help, type: '', labels: new Map() });
  for (const [, name = '', type = ''] of text.matchAll(/^# TYPE (latchkey_\w+) (\w+)$/gm)) {
    const metric = metrics.get(name);
    if (metric) metric.type = type;
  }
  for (const [, sample = '', labels = ''] of text.matchAll(/^(latchkey_\w+)\{(.*)\} /gm)) {
    const metric = metrics.get(sample) ?? metrics.get(sample.replace(/_(bucket|sum|count)$/, ''));
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
      if (metric === undefined || label === 'le') continue;
      metric.labels.set(label, (metric.labels.get(label) ?? new Set()).add(value));
    }
  }
  return [...metrics.values()].sort((a, b) => a.name.localeCompare(b.name));
}
