import type { ComponentChildren, VNode } from 'preact';

/** Each kind of note has its own sign, so that colour is never the only difference. */
const SIGNS = {
  good: 'M6.5 10.3 9 12.8l4.6-5.3',
  info: 'M10 9.2v4.4M10 6.3v.1',
  refused: 'm7.2 7.2 5.6 5.6m0-5.6-5.6 5.6',
  off: 'M6.3 10h7.4',
  problem: 'M10 5.8v5M10 13.9v.1',
} as const;

type Sign = keyof typeof SIGNS | 'caution';

/** `good`: it worked. `info`: nothing to do. `refused`: someone said no. `off`: not available here. */
export type NoteTone = 'good' | 'info' | 'refused' | 'off';

function NoteSign({ sign }: { sign: Sign }): VNode {
  return (
    <svg class="note-sign" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      {sign === 'caution' ? (
        <path d="M10 2.6 18.4 17H1.6L10 2.6ZM10 8v4.2M10 14.5v.1" />
      ) : (
        <>
          <circle cx="10" cy="10" r="8" />
          <path d={SIGNS[sign]} />
        </>
      )}
    </svg>
  );
}

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
    <div id={id} role="alert" class="note signed problem" data-problem={code}>
      <NoteSign sign="problem" />
      <div class="note-text">{children}</div>
    </div>
  );
}

/** A message that is no error. */
export function Note({
  code,
  tone = 'good',
  children,
}: {
  code?: string;
  tone?: NoteTone;
  children: ComponentChildren;
}): VNode {
  return (
    <div role="status" class={`note signed ${tone}`} data-note={code}>
      <NoteSign sign={tone} />
      <div class="note-text">{children}</div>
    </div>
  );
}

/** A warning that the reader must see before they go on. */
export function Caution({ children }: { children: ComponentChildren }): VNode {
  return (
    <div role="note" class="note signed caution" data-caution>
      <NoteSign sign="caution" />
      <div class="note-text">{children}</div>
    </div>
  );
}

/** Says at a field what is wrong with it. The field names it in `aria-describedby`. */
export function FieldProblem({ id, children }: { id: string; children: ComponentChildren }): VNode {
  return (
    <p id={id} class="field-problem" data-field-problem>
      {children}
    </p>
  );
}
