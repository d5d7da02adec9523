/** Returns links to the sections of the runbook that name a metric, as a page in docs/reference/ writes them. */
export function runbookLinks(runbook: string): (metric: string) => string[] {
  const sections = runbook.split(/^## /m).slice(1);
  return metric =>
    sections
      .filter(section => new RegExp(`\\b${metric}\\b`).test(section))
      .map(section => {
        const heading = section.split('\n', 1)[0] ?? '';
        return `[${heading}](../operating/runbook.md#${toAnchor(heading)})`;
      });
}

/** As GitHub makes the anchor of a heading. */
function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}
