import { z } from 'zod';

/** Which page of such a list is asked for; nonsense asks for the first. */
export const pageQuery = z.object({ cursor: z.string().max(128).optional().catch(undefined) });

export type PageQuery = z.infer<typeof pageQuery>;

/** A page of a list that is read whole, and where the next one begins. */
export type PageOf<Item> = { readonly items: readonly Item[]; readonly cursor: string | undefined };

const SHOWN = 20;

/** Returns the page that follows the thing that `cursor` names; an unknown cursor names none, and leads to the beginning. */
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
