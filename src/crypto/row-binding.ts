import { isStorableText } from '../database/tables/stored-text.ts';

/** The row and column of a sealed or authenticated value. The value is valid only there. */
export type RowBinding = {
  readonly table: string;
  readonly column: string;
  readonly id: string;
  /** Further values of the row that are bound (did, issuer, expiry, ...). */
  readonly facts: Readonly<Record<string, string | null>>;
};

/**
 * Returns a binding as bytes. Equal bindings have equal bytes, different ones different bytes.
 *
 * @throws TypeError for text that a database may store as another text: the row would never open again
 */
export function encodeBinding({ table, column, id, facts }: RowBinding): Buffer {
  for (const [name, text] of Object.entries<string | null>({ id, ...facts }))
    if (text !== null && !isStorableText(text))
      throw new TypeError(`${table}.${name} is not well-formed Unicode without NUL.`);
  const entries = Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify([table, column, id, entries]));
}
