import { ConfigError } from './config-error.ts';
import { environmentSchema } from './environment.ts';
import type { Environment } from './parse-environment.ts';

/**
 * Reads the operator's token, for a program that is no broker and needs no other setting.
 *
 * @throws ConfigError with the remedy if the token is missing or malformed
 */
export function readAdminToken(environment: Environment = process.env): string {
  const variable = 'LATCHKEY_ADMIN_TOKEN';
  const { data, error } = environmentSchema.shape[variable].safeParse(environment[variable]);
  if (data !== undefined) return data;
  const message = error?.issues[0]?.message ?? 'is not set; set it to the one that the broker runs with';
  throw new ConfigError([{ variable, message }]);
}
