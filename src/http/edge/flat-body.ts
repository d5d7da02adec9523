import { BrokerError } from '../../errors/broker-error.ts';

/**
 * Requires that a JSON body could be a form: an object of strings, each under a name of its own.
 *
 * @param text the JSON of `value`; parsing keeps only the last of several values of one name
 * @throws BrokerError `InvalidRequest`
 */
export function requireFlat(value: unknown, text: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BrokerError('InvalidRequest', 'The body must be a JSON object.');
  const values: unknown[] = Object.values(value);
  if (!values.every(each => typeof each === 'string'))
    throw new BrokerError('InvalidRequest', 'Every parameter must be a string.');
  // Names and values are the only strings, so each parameter has two.
  const texts = text.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
  if (texts.length !== 2 * values.length)
    throw new BrokerError('InvalidRequest', 'A parameter was sent twice.');
}
