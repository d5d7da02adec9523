import {
  AtprotoHandleResolver,
  HandleResolverError,
  XrpcHandleResolver,
  type HandleResolver,
} from '@atproto-labs/handle-resolver';
import { BrokerError } from '../../errors/broker-error.ts';
import { codeOf } from '../../errors/code-of.ts';
import type { Fetch } from '../outbound/guarded-fetch.ts';
import { OutboundError } from '../outbound/outbound-error.ts';
import { fetchingHandlePages } from './handle-page.ts';
import type { ResolveTxt } from './resolve-txt.ts';

/**
 * Creates the handle resolver of the specification: DNS TXT at `_atproto.<handle>`, then
 * `https://<handle>/.well-known/atproto-did` (AT Protocol specification, Handle, "Handle Resolution").
 *
 * The official resolver returns null for every failure. This one throws, with the error of each way as a cause: the log
 * tells the reason, and the cache does not keep a mistake that the handle's owner may be correcting.
 *
 * The resolver throws BrokerError `AccountNotFound` if both ways answer and name no account, `AccountUnreachable` if
 * one of them does not answer properly.
 */
export function publicHandleResolver(fetch: Fetch, resolveTxt: ResolveTxt): HandleResolver {
  return {
    async resolve(handle, options) {
      const failures: unknown[] = [];
      const resolver = new AtprotoHandleResolver({
        fetch: fetchingHandlePages(fetch),
        resolveTxt: name =>
          resolveTxt(name).catch((error: unknown) => {
            failures.push(error);
            return null;
          }),
        onError: error => failures.push(error),
      });
      const did = await resolver.resolve(handle, options);
      if (did) return did;
      throw failures.every(isAboutHandle)
        ? notFound(handle, 'neither its DNS record nor its web page names an account', failures)
        : unreachable(handle, 'its DNS record or its web page does not answer properly', failures);
    },
  };
}

/** Creates a resolver that asks another server (`com.atproto.identity.resolveHandle`), for development. */
export function delegatedHandleResolver(service: URL, fetch: Fetch): HandleResolver {
  const resolver = new XrpcHandleResolver(service, {
    fetch: async (...request) => requireNoFailure(await fetch(...request)),
  });
  return {
    async resolve(handle, options) {
      const failures: unknown[] = [];
      const did = await resolver.resolve(handle, options).catch((error: unknown) => {
        options?.signal?.throwIfAborted();
        failures.push(error);
        return null;
      });
      if (did) return did;
      throw failures.every(isAboutHandle)
        ? notFound(handle, `the handle resolver at ${service.origin} does not know it`, failures)
        : unreachable(handle, `the handle resolver at ${service.origin} does not answer properly`, failures);
    },
  };
}

/** Rejects a server's own failure, which says nothing about the handle. */
function requireNoFailure(response: Response): Response {
  if (response.status >= 500 || response.status === 429)
    throw new Error(`The handle resolver answered ${response.status}.`);
  return response;
}

function notFound(handle: string, why: string, failures: unknown[]): BrokerError {
  const message = `The handle ${handle} cannot be resolved: ${why}.`;
  return new BrokerError('AccountNotFound', message, causeOf(failures));
}

function unreachable(handle: string, why: string, failures: unknown[]): BrokerError {
  const message = `The handle ${handle} cannot be resolved now: ${why}. Try again in a few minutes, or use the account's DID.`;
  return new BrokerError('AccountUnreachable', message, causeOf(failures));
}

function causeOf(failures: unknown[]): { cause?: AggregateError } {
  return failures.length > 0 ? { cause: new AggregateError(failures) } : {};
}

/** Errors of a name server that tells that there is no such name. Its other errors pass. */
const NO_SUCH_NAME = new Set(['ENOTFOUND', 'ENODATA', '']);

/** Returns whether a failure says that the handle does not exist, not that its servers failed. */
function isAboutHandle(failure: unknown): boolean {
  if (failure instanceof OutboundError)
    return failure.reason === 'unresolved_name' && NO_SUCH_NAME.has(codeOf(failure.cause));
  return failure instanceof HandleResolverError;
}
