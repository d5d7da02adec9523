import type { ComponentChildren, VNode } from 'preact';

export type ButtonFormProps = {
  readonly action: string;
  readonly children: ComponentChildren;
  /** `primary` is the page's purpose, `danger` can't be undone. */
  readonly kind?: 'primary' | 'secondary' | 'danger';
  /** The button's name for screen readers, which read it without the text beside it. */
  readonly label?: string;
  readonly fields?: Readonly<Record<string, string>>;
};

/** A button in a form of its own, so that it works without scripts. */
export function ButtonForm({
  action,
  children,
  kind = 'primary',
  label,
  fields = {},
}: ButtonFormProps): VNode {
  return (
    <form method="post" action={action}>
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <button type="submit" class={kind} aria-label={label}>
        {children}
      </button>
    </form>
  );
}
