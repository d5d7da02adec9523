import type { VNode } from 'preact';
import { frameTexts } from '../texts/frame.ts';

export type NextPageProps = {
  readonly path: string;
  /** The list's other query parameters, which the link keeps. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** The cursor of the next page. Undefined at the end of the list, where no link is shown. */
  readonly cursor: string | undefined;
  /** The cursor's query parameter. */
  readonly name?: string;
};

/** The link to the next page of a list, if there is one. */
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
