import { BrokerError } from '../errors/broker-error.ts';
import type { RowBinding } from './row-binding.ts';

/** The error of a row that cannot be opened: the caller learns no more than that, the log names the row. */
export function unreadableRow({ table, column, id }: RowBinding, why: string, cause?: unknown): BrokerError {
  return new BrokerError(
    'SealedRowUnreadable',
    'A stored record cannot be opened. The operator has been alerted.',
    {
      cause: new Error(`${table}.${column} of row ${id}: ${why}`, { cause }),
    },
  );
}
