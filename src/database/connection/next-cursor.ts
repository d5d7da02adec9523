/**
 * Returns where the page after these rows begins. A page that is not full is the last one and has no next.
 *
 * @param rows in the order of their cursors, at most `limit`
 */
export function nextCursor<Row, Cursor extends string>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => Cursor,
): { cursor?: Cursor } {
  const last = rows.at(-1);
  return rows.length === limit && last !== undefined ? { cursor: cursorOf(last) } : {};
}
