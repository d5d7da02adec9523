import type { DeleteResult, InsertResult, UpdateResult } from 'kysely';

type Statement<Result> = { executeTakeFirst(): Promise<Result> };

/** Runs a guarded write of one row. Returns whether the row existed and met the guard. */
export async function wroteRow(
  write: Statement<UpdateResult> | Statement<DeleteResult> | Statement<InsertResult>,
): Promise<boolean> {
  return countOf(await write.executeTakeFirst()) === 1n;
}

/** Runs a deletion. Returns the number of rows that it deleted. */
export async function countDeleted(deletion: Statement<DeleteResult>): Promise<number> {
  return Number((await deletion.executeTakeFirst()).numDeletedRows);
}

function countOf(result: UpdateResult | DeleteResult | InsertResult): bigint {
  if ('numUpdatedRows' in result) return result.numUpdatedRows;
  if ('numDeletedRows' in result) return result.numDeletedRows;
  return result.numInsertedOrUpdatedRows ?? 0n;
}
