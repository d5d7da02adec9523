import { BrokerError } from '../../errors/broker-error.ts';

/**
 * Makes sure that a JSON body says what a form could: an object of texts, each under a name of its own.
 *
 * @param text what `value` was read from: reading it drops all but the last of several values of one name
 * @throws BrokerError `InvalidRequest`
 */
export function requireFlat(value: unknown, text: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BrokerError('InvalidRequest', 'The body must be a JSON object.');
  const values: unknown[] = Object.values(value);
  if (!values.every(each => typeof each === 'string'))
    throw new BrokerError('InvalidRequest', 'Every parameter must be a text.');
  // Names and values are the only texts there, so that each name takes two of them.
  const texts = text.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
  if (texts.length !== 2 * values.length)
    throw new BrokerError('InvalidRequest', 'A parameter was sent twice.');
}
