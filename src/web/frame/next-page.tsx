import type { VNode } from 'preact';
import { frameTexts } from '../texts/frame.ts';

export type NextPageProps = {
  readonly path: string;
  /** What the list was asked for, which stays. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Where the next page begins; nothing is shown at the end of a list. */
  readonly cursor: string | undefined;
  /** What the cursor is called in the address. */
  readonly name?: string;
};

/** The way to the rest of a list, where there is one. */
export function NextPage({ path, query = {}, cursor, name = 'cursor' }: NextPageProps): VNode | null {
  if (cursor === undefined) return null;
  const kept = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const search = new URLSearchParams([...kept, [name, cursor]]);
  return (
    <p>
      <a class="button secondary" rel="next" href={`${path}?${search}`}>
        {frameTexts.next}
      </a>
    </p>
  );
}
