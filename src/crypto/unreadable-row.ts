import { BrokerError } from '../errors/broker-error.ts';
import type { RowBinding } from './row-binding.ts';

/** Returns the error of a row that cannot be opened. Only its cause, which is logged, names the row. */
export function unreadableRow({ table, column, id }: RowBinding, why: string, cause?: unknown): BrokerError {
  return new BrokerError(
    'SealedRowUnreadable',
    'A stored record cannot be opened. The operator has been alerted.',
    {
      cause: new Error(`${table}.${column} of row ${id}: ${why}`, { cause }),
    },
  );
}
