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
 * The handle resolution of the specification: DNS TXT at `_atproto.<handle>` first, else
 * `https://<handle>/.well-known/atproto-did` (atproto specification, Handle, "Handle Resolution").
 *
 * Where the official resolver would answer null whatever went wrong, this one fails, with each way's error as a
 * cause: so the log says why, and a mistake that its owner is just mending is not cached.
 *
 * @throws BrokerError `AccountNotFound` when both ways answer and name nobody, `AccountUnreachable` when one did not
 */
export function publicHandleResolver(fetch: Fetch, resolveTxt: ResolveTxt): HandleResolver {
  return {
    async resolve(handle, options) {
      const failures: unknown[] = [];
      const resolver = new AtprotoHandleResolver({
        fetch: async (...request) => ownAnswer(await fetch(...request)),
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

/** The handle resolution of another server (`com.atproto.identity.resolveHandle`), for development. */
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

/** Of a server that is in trouble itself, nothing is known about the handle. */
function ownAnswer(response: Response): Response {
  if (response.status >= 500) throw new Error(`The handle's own server answered ${response.status}.`);
  return response;
}

function unresolvable(handle: string, why: string, failures: unknown[]): never {
  const code = failures.every(namesNobody) ? 'AccountNotFound' : 'AccountUnreachable';
  throw new BrokerError(code, `The handle ${handle} cannot be resolved: ${why}.`, {
    cause: failures.length > 0 ? new AggregateError(failures) : undefined,
  });
}

function namesNobody(failure: unknown): boolean {
  if (failure instanceof OutboundError) return failure.reason === 'unresolved_name';
  return failure instanceof HandleResolverError;
}
