import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { BrokerError } from '../../src/errors/broker-error.ts';
import { ZodPipe } from '../../src/http/schemas/zod.pipe.ts';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';

/** Words of zod's own messages. */
const OF_ZOD =
  /invalid (?:input|option|string|url|uuid|iso|key)|too (?:small|big)|unrecognized|, received |expected /i;
const WRONG = [5, -1, 0.5, 1e12, NaN, true, '', 'x', 'x y', 'x'.repeat(10_000), [], [5], {}, null];

type Input = { readonly route: string; readonly pipe: ZodPipe<z.ZodType>; readonly schema: z.ZodType };

/** Returns the schema of every body, form and query that a route of the broker takes. */
function inputsOf({ app }: TestBroker): Input[] {
  const scanner = new MetadataScanner();
  const controllers = app.get(DiscoveryService, { strict: false }).getControllers();
  return controllers.flatMap(({ metatype }) => {
    if (!metatype) return [];
    return scanner.getAllMethodNames(metatype.prototype as object).flatMap(method => {
      const found: unknown = Reflect.getMetadata(ROUTE_ARGS_METADATA, metatype, method);
      const parameters = Object.values((found ?? {}) as Record<string, { pipes?: unknown[] }>);
      const pipes = parameters.flatMap(({ pipes = [] }) => pipes).filter(pipe => pipe instanceof ZodPipe);
      return pipes.map(pipe => ({ route: `${metatype.name}.${method}`, pipe, ...schemaOf(pipe) }));
    });
  });
}

function schemaOf(pipe: object): { schema: z.ZodType } {
  return pipe as { schema: z.ZodType };
}

/** Returns values with something wrong in each field, also of inner objects, and with an unknown field. */
function wrongValues(schema: z.ZodType): unknown[] {
  const fields = schema instanceof z.ZodObject ? Object.entries<z.ZodType>(schema.shape) : [];
  return [
    ...WRONG,
    { 'x-unknown': 1 },
    ...fields.flatMap(([name, field]) =>
      [...WRONG, ...wrongValues(objectIn(field))].map(value => ({ [name]: value })),
    ),
  ];
}

function objectIn(field: z.ZodType): z.ZodType {
  return 'unwrap' in field ? objectIn((field as z.ZodOptional<z.ZodType>).unwrap()) : field;
}

function messageOf({ pipe }: Input, value: unknown): string | undefined {
  try {
    pipe.transform(value, { type: 'body' });
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(BrokerError);
    return (error as BrokerError).message;
  }
}

describeBroker(
  'the input of every route',
  broker => {
    it('is refused in sentences that name the field, and none of which is of the library', () => {
      const inputs = inputsOf(broker());
      expect(inputs.length).toBeGreaterThan(35);
      const refused = inputs.flatMap(input =>
        wrongValues(input.schema)
          .flatMap(value => messageOf(input, value) ?? [])
          .map(told => [input.route, told]),
      );
      expect(refused.length).toBeGreaterThan(500);
      expect(refused.filter(([, told = '']) => OF_ZOD.test(told.replaceAll(/"[^"]*"/g, '')))).toEqual([]);
      const names = /^(?:The body|[a-zA-Z_][\w.[\]-]*) (?:is|must|has|may|names|needs|ends) /;
      expect(refused.filter(([, told = '']) => !names.test(told))).toEqual([]);
    });

    it('has an example for each field that is missing', () => {
      const missing = inputsOf(broker()).flatMap(input => messageOf(input, {}) ?? []);
      expect(missing.length).toBeGreaterThan(8);
      for (const told of missing)
        expect(told).toMatch(/^(?:[\w.]+ is missing\. Example: (?:"[^"]+"|\d+|\[.*\])\. ?)+$/);
    });
  },
  { anyDatabase: true },
);
