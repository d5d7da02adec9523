/** The row and column of a sealed or authenticated value. The value is valid only there. */
export type RowBinding = {
  readonly table: string;
  readonly column: string;
  readonly id: string;
  /** Further values of the row that are bound (did, issuer, expiry, ...). */
  readonly facts: Readonly<Record<string, string | null>>;
};

/** Returns a binding as bytes. Equal bindings have equal bytes, different ones different bytes. */
export function encodeBinding({ table, column, id, facts }: RowBinding): Buffer {
  const entries = Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify([table, column, id, entries]));
}
