import type { ComponentChildren, VNode } from 'preact';

/** An error message. Screen readers announce it at once. */
export function Problem({
  code,
  id = 'problem',
  children,
}: {
  /** The error's code, for programs that read pages. */
  code?: string;
  id?: string;
  children: ComponentChildren;
}): VNode {
  return (
    <div id={id} role="alert" class="note problem" data-problem={code}>
      {children}
    </div>
  );
}

/** A message of success, or other good news. */
export function Note({ code, children }: { code?: string; children: ComponentChildren }): VNode {
  return (
    <div role="status" class="note" data-note={code}>
      {children}
    </div>
  );
}

/** A warning that the reader must see before they go on. */
export function Caution({ children }: { children: ComponentChildren }): VNode {
  return (
    <div role="note" class="note caution" data-caution>
      {children}
    </div>
  );
}
