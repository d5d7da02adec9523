import { isIP } from 'node:net';
import { buildConnector, Pool } from 'undici';
import type { Dispatcher } from 'undici';
import { resolveBySystem, type ResolveName } from '../network/resolve-name.ts';
import { assertPermittedUrl, type DestinationRule } from './destination-rule.ts';
import { OriginPools } from './origin-pools.ts';
import { OutboundError } from './outbound-error.ts';
import type { OutboundPolicy } from './outbound-policy.ts';
import { pinnedLookup } from './pinned-lookup.ts';
import { typedFailures } from './typed-failures.ts';

export type GuardedAgentOptions = {
  policy: OutboundPolicy;
  rule: DestinationRule;
  resolve?: ResolveName;
};

/**
 * Creates an undici dispatcher that reaches only the destinations of its rule, within its policy's limits.
 *
 * It keeps one pool of connections per origin and speaks HTTP/1.1 only: it writes a request to exactly one connection
 * and never repeats it. It checks a URL when it makes the origin's pool, and an address at each connection. Every
 * failure is an OutboundError, except the caller's own abort, which keeps its reason.
 */
export function createGuardedAgent({
  policy,
  rule,
  resolve = resolveBySystem,
}: GuardedAgentOptions): Dispatcher {
  const { keepAliveTimeout } = policy;
  const options: Pool.Options = {
    connect: guardedConnector(policy.connectTimeout, rule, resolve),
    allowH2: false,
    headersTimeout: policy.headersTimeout,
    bodyTimeout: policy.bodyTimeout,
    maxResponseSize: policy.maxResponseSize,
    connections: policy.connections,
    // A server may shorten the life of an idle connection, and not lengthen it.
    ...(keepAliveTimeout === 0
      ? { pipelining: 0 }
      : { keepAliveTimeout, keepAliveMaxTimeout: keepAliveTimeout }),
  };
  const open = (origin: URL): Pool => {
    assertPermittedUrl(origin, rule);
    return new Pool(origin, options);
  };
  return new OriginPools(policy, open).compose(typedFailures);
}

function guardedConnector(
  timeout: number,
  rule: DestinationRule,
  resolve: ResolveName,
): buildConnector.connector {
  const connect = buildConnector({ timeout, allowH2: false, lookup: pinnedLookup(rule, resolve) });
  return (options, callback) => {
    // No lookup happens for a literal address, so the check in the lookup does not apply.
    if (isIP(options.hostname) !== 0 && !rule.permitsAddress(options.hostname)) {
      callback(new OutboundError('forbidden_address', options.hostname, false), null);
    } else {
      connect(options, callback);
    }
  };
}
