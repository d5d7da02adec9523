/** What a sealed or authenticated value belongs to: it opens nowhere else. */
export type RowBinding = {
  readonly table: string;
  readonly column: string;
  readonly id: string;
  /** Whatever else the row's meaning hangs on (did, issuer, expiry, ...). */
  readonly facts: Readonly<Record<string, string | null>>;
};

/** Encodes a binding as bytes, the same for the same binding and different for every other. */
export function encodeBinding({ table, column, id, facts }: RowBinding): Buffer {
  const entries = Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify([table, column, id, entries]));
}
