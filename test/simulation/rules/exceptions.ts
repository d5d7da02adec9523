/**
 * The losses that nobody could prevent, each with its reason. Every other loss fails the run. The docs page shows this
 * list.
 */
export const exceptions = {
  'answer lost on the road':
    'The issuer spent the token, and the connection broke before its answer arrived. The answer comes once.',
  'answer died with its process':
    'The process ended, or lost its memory, between the arrival of the answer and the first durable copy. This takes milliseconds, and longer only while database and disk are both away.',
  'answer lost with its disk': 'The only copy was on a disk that was lost for good.',
  'answer away for longer than the patience':
    'The only copy is at a process or on a disk that has been away for longer than LATCHKEY_SPOOL_PATIENCE, so the others gave it up.',
  'native answer not fetched in time':
    'The app did not ask again within the ten minutes for which the broker keeps the answer to a native refresh.',
  'rolled back without a copy':
    'The database lost the newest tokens, and no process that runs has them in its journal.',
  'sent before a rollback was noticed':
    'A process that never saw the newest tokens sent what the database had gone back to, within the minute before a process that has them in its journal looked at the row, or while none such looked. No barrier keeps it from sending: see docs/proof.md.',
} as const satisfies Record<string, string>;

export type ExceptionName = keyof typeof exceptions;
