import type { ComponentChildren, VNode } from 'preact';

export type ButtonFormProps = {
  readonly action: string;
  readonly children: ComponentChildren;
  /** How it looks: what the page is for, something else, or what cannot be undone. */
  readonly kind?: 'primary' | 'secondary' | 'danger';
  /** What the button is called for who hears it without what stands beside it. */
  readonly label?: string;
  readonly fields?: Readonly<Record<string, string>>;
};

/** A button that does something: a form of its own, so that it needs no script. */
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
