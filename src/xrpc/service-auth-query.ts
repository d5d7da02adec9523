import { z } from 'zod';
import { BrokerError } from '../errors/broker-error.ts';
import { parseInput } from '../http/schemas/parse-input.ts';
import { audience, method } from '../service-tokens/service-token-input.ts';

const query = z.object({
  aud: audience,
  lxm: method.optional(),
  exp: z
    .string()
    .regex(/^\d{1,12}$/, 'must be a Unix time in seconds, such as 1793520000')
    .optional(),
});

/** The parameters of `com.atproto.server.getServiceAuth`. */
export type ServiceAuthQuery = z.infer<typeof query>;

/**
 * Parses the query string of a call. Unknown parameters are left out.
 *
 * @param text with its `?`, or empty
 * @throws BrokerError `InvalidRequest`, also for a repeated parameter: PDSes differ in which value they use
 */
export function readServiceAuthQuery(text: string): ServiceAuthQuery {
  const parameters = new URLSearchParams(text);
  const told = query.keyof().options.filter(name => parameters.has(name));
  const twice = told.find(name => parameters.getAll(name).length > 1);
  if (twice) throw new BrokerError('InvalidRequest', `${twice} must be given only once.`);
  const given = Object.fromEntries(told.map(name => [name, parameters.get(name)]));
  return parseInput(query, given, 'query');
}

/** Writes a query string of exactly these parameters. */
export function writeServiceAuthQuery(asked: ServiceAuthQuery): string {
  const told = Object.entries(asked).filter(([, value]) => value !== undefined) as [string, string][];
  return `?${new URLSearchParams(told).toString()}`;
}
