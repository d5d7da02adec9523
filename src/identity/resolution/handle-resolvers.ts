import {
  AtprotoHandleResolver,
  HandleResolverError,
  XrpcHandleResolver,
  type HandleResolver,
} from '@atproto-labs/handle-resolver';
import { BrokerError } from '../../errors/broker-error.ts';
import type { Fetch } from '../outbound/guarded-fetch.ts';
import { OutboundError } from '../outbound/outbound-error.ts';
import type { ResolveTxt } from './resolve-txt.ts';

/**
 * Creates the handle resolver of the specification: DNS TXT at `_atproto.<handle>`, then
 * `https://<handle>/.well-known/atproto-did` (AT Protocol specification, Handle, "Handle Resolution").
 *
 * The official resolver returns null for every failure. This one throws, with the error of each way as a cause: the log
 * tells the reason, and the cache does not keep a mistake that the handle's owner may be correcting.
 *
 * The resolver throws BrokerError `AccountNotFound` if both ways answer and name no account, `AccountUnreachable` if
 * one of them does not answer.
 */
export function publicHandleResolver(fetch: Fetch, resolveTxt: ResolveTxt): HandleResolver {
  return {
    async resolve(handle, options) {
      const failures: unknown[] = [];
      const resolver = new AtprotoHandleResolver({
        fetch: async (...request) => requireNoServerError(await fetch(...request)),
        resolveTxt: name =>
          resolveTxt(name).catch((error: unknown) => {
            failures.push(error);
            return null;
          }),
        onError: error => failures.push(error),
      });
      const did = await resolver.resolve(handle, options);
      return (
        did ?? unresolvable(handle, 'neither its DNS record nor its web page names an account', failures)
      );
    },
  };
}

/** Creates a resolver that asks another server (`com.atproto.identity.resolveHandle`), for development. */
export function delegatedHandleResolver(service: URL, fetch: Fetch): HandleResolver {
  const resolver = new XrpcHandleResolver(service, { fetch });
  return {
    async resolve(handle, options) {
      const failures: unknown[] = [];
      const did = await resolver.resolve(handle, options).catch((error: unknown) => {
        options?.signal?.throwIfAborted();
        failures.push(error);
        return null;
      });
      return (
        did ?? unresolvable(handle, `the handle resolver at ${service.origin} does not know it`, failures)
      );
    },
  };
}

/** Rejects a server's own failure, which tells nothing about the handle. */
function requireNoServerError(response: Response): Response {
  if (response.status >= 500) throw new Error(`The handle's own server answered ${response.status}.`);
  return response;
}

function unresolvable(handle: string, why: string, failures: unknown[]): never {
  const code = failures.every(isUnknownHandle) ? 'AccountNotFound' : 'AccountUnreachable';
  throw new BrokerError(code, `The handle ${handle} cannot be resolved: ${why}.`, {
    cause: failures.length > 0 ? new AggregateError(failures) : undefined,
  });
}

function isUnknownHandle(failure: unknown): boolean {
  if (failure instanceof OutboundError) return failure.reason === 'unresolved_name';
  return failure instanceof HandleResolverError;
}
