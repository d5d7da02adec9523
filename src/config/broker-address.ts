import { ConfigError } from './config-error.ts';
import { type Environment, parseEnvironment } from './parse-environment.ts';
import { baseUrlOf } from './public-address.ts';

const NAMES = ['LATCHKEY_PUBLIC_URL', 'LATCHKEY_LISTEN', 'LATCHKEY_BASE_PATH'] as const;

/**
 * Reads the address of the broker that runs with these settings, for a program that is no broker.
 *
 * @throws ConfigError if one of the settings is malformed
 */
export function readBrokerAddress(environment: Environment = process.env): string {
  const { settings, problems } = parseEnvironment(
    Object.fromEntries(NAMES.map(name => [name, environment[name]])),
  );
  if (problems.length > 0) throw new ConfigError(problems);
  return baseUrlOf(settings);
}
