import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { ResolveName } from '../network/resolve-name.ts';
import type { DestinationRule } from './destination-rule.ts';
import { OutboundError } from './outbound-error.ts';

/**
 * Creates a `lookup` for `net.connect` that resolves a name once and returns only the checked addresses, so that DNS
 * cannot change between the check and the connection. One forbidden address refuses the whole name.
 *
 * The lookup fails with OutboundError `unresolved_name` or `forbidden_address`.
 */
export function pinnedLookup(rule: DestinationRule, resolve: ResolveName): LookupFunction {
  return (hostname, options, callback) => {
    permittedAddresses(hostname, rule, resolve).then(
      ([first, ...rest]) => {
        if (options.all) callback(null, [first, ...rest]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => {
        callback(error as OutboundError, []);
      },
    );
  };
}

async function permittedAddresses(
  hostname: string,
  rule: DestinationRule,
  resolve: ResolveName,
): Promise<[LookupAddress, ...LookupAddress[]]> {
  const [first, ...rest] = await resolve(hostname).catch((cause: unknown) => {
    throw new OutboundError('unresolved_name', hostname, false, cause);
  });
  if (first === undefined) throw new OutboundError('unresolved_name', hostname, false);
  if (![first, ...rest].every(({ address }) => rule.permitsAddress(address))) {
    throw new OutboundError('forbidden_address', hostname, false);
  }
  return [first, ...rest];
}
