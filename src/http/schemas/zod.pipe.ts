import type { PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { BrokerError } from '../../errors/broker-error.ts';

/**
 * Validates what a request carries against a schema.
 *
 * Throws BrokerError `InvalidRequest` that names every offending field and never repeats its value.
 */
export class ZodPipe<Schema extends z.ZodType> implements PipeTransform<unknown, z.output<Schema>> {
  constructor(private readonly schema: Schema) {}

  transform(value: unknown): z.output<Schema> {
    const result = this.schema.safeParse(value ?? {});
    if (result.success) return result.data;
    const problems = result.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'body'}: ${message}`,
    );
    throw new BrokerError('InvalidRequest', problems.join('; '));
  }
}
