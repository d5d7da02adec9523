import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { parseInput } from './parse-input.ts';

/** Validates the body or the query of a request against a schema. An absent one counts as an empty object. */
export class ZodPipe<Schema extends z.ZodType> implements PipeTransform<unknown, z.output<Schema>> {
  constructor(private readonly schema: Schema) {}

  /** @throws BrokerError `InvalidRequest` */
  transform(value: unknown, { type }: Pick<ArgumentMetadata, 'type'>): z.output<Schema> {
    return parseInput(this.schema, value ?? {}, type === 'query' ? 'query' : 'body');
  }
}
