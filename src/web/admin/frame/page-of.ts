import { z } from 'zod';

/** Query of a list that is paged in memory. An invalid cursor means the first page. */
export const pageQuery = z.object({ cursor: z.string().max(128).optional().catch(undefined) });

export type PageQuery = z.infer<typeof pageQuery>;

/** One page of a list that was read whole, and the cursor of the next one. */
export type PageOf<Item> = { readonly items: readonly Item[]; readonly cursor: string | undefined };

const SHOWN = 20;

/** Returns the page after the item that `cursor` names, or the first page if no item has that name. */
export function pageOf<Item>(
  all: readonly Item[],
  nameOf: (item: Item) => string,
  cursor: string | undefined,
): PageOf<Item> {
  const start = all.findIndex(item => nameOf(item) === cursor) + 1;
  const items = all.slice(start, start + SHOWN);
  const last = start + SHOWN < all.length ? items.at(-1) : undefined;
  return { items, cursor: last && nameOf(last) };
}
