/**
 * Returns the cursor of the next page, or none after the last page. A page that is not full is the last one.
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
