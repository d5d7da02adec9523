import type { ComponentChildren, VNode } from 'preact';

/** What went wrong, said first to who cannot see. */
export function Problem({
  code,
  id = 'problem',
  children,
}: {
  /** The error's code, for programs that look at pages. */
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

/** What is done, or what there is to know: nothing to worry about. */
export function Note({ code, children }: { code?: string; children: ComponentChildren }): VNode {
  return (
    <div role="status" class="note" data-note={code}>
      {children}
    </div>
  );
}

/** What a person must have read before they go on. */
export function Caution({ children }: { children: ComponentChildren }): VNode {
  return (
    <div role="note" class="note caution" data-caution>
      {children}
    </div>
  );
}
