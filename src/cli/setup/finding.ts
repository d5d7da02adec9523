/** What a check found. `todo` says what the operator does about it. */
export type Finding = {
  readonly subject: string;
  readonly level: 'ok' | 'note' | 'problem';
  readonly text: string;
  readonly todo?: string;
};

export function ok(subject: string, text: string): Finding {
  return { subject, level: 'ok', text };
}

/** Something that is as it may be, and that the operator should know. */
export function note(subject: string, text: string, todo: string): Finding {
  return { subject, level: 'note', text, todo };
}

export function problem(subject: string, text: string, todo: string): Finding {
  return { subject, level: 'problem', text, todo };
}
