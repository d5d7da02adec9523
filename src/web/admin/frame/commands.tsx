import type { VNode } from 'preact';

/** Commands that change what the page only shows. */
export function Commands({ lead, commands }: { lead: string; commands: readonly string[] }): VNode {
  return (
    <div class="section">
      <p class="quiet">{lead}</p>
      <pre>
        <code>{commands.map(command => `npx latchkey ${command}`).join('\n')}</code>
      </pre>
    </div>
  );
}
