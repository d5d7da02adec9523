import type { z } from 'zod';
import { BrokerError } from '../../errors/broker-error.ts';
import { describeIssue, toSentences } from './input-problem.ts';

/** The part of a request that a value comes from, for problems that concern no single field. */
export type RequestPart = 'body' | 'query';

/**
 * Parses a part of a request.
 *
 * @throws BrokerError `InvalidRequest` with a sentence for each problem, which names the field, never repeats its value and
 *   has none of the library's words
 */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  part: RequestPart,
): z.output<Schema> {
  const result = schema.safeParse(value, { error: describeIssue });
  if (result.success) return result.data;
  const sentences = result.error.issues.flatMap(issue => toSentences(issue, { schema, value, part }));
  const field = result.error.issues[0]?.path[0];
  throw new BrokerError('InvalidRequest', sentences.join(' '), {
    ...(field !== undefined && { field: String(field) }),
  });
}
