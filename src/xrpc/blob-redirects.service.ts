import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { BrokerError } from '../errors/broker-error.ts';
import type { Answer } from '../identity/outbound/exchange.ts';
import { OutboundHttp } from '../identity/outbound/outbound-http.service.ts';
import type { PdsRequest, PdsResponse } from '../sessions/pds/pds-requests.service.ts';
import { toContentHeaders } from './proxied-headers.ts';

/** The method whose responses a PDS may leave to a CDN. In lower case, as a PDS's router compares. */
const GET_BLOB = 'com.atproto.sync.getblob';

const MOST_HOPS = 3;

const FOLLOWED: readonly number[] = [301, 302, 303, 307, 308];

/** Follows the redirects of blobs. The server that is redirected to sees no credential and no account. */
@Injectable()
export class BlobRedirects {
  constructor(private readonly outboundHttp: OutboundHttp) {}

  /**
   * Returns the response at the end of the redirects, or the response itself if it is none.
   *
   * @throws BrokerError `UpstreamUnavailable` for a redirect of another method, to an address that the broker does not
   * call, or after three hops
   */
  async follow(nsid: string, response: PdsResponse, request: PdsRequest): Promise<Answer> {
    let answer: Answer = response;
    let { url } = response;
    for (let hops = 0; isRedirect(answer); hops++) {
      drop(answer);
      const { method } = request;
      if (nsid.toLowerCase() !== GET_BLOB || method === 'POST')
        throw refused('The PDS redirects this call. The broker follows redirects of blobs only.');
      if (hops === MOST_HOPS) throw refused(`The blob is redirected more than ${MOST_HOPS} times.`);
      url = targetOf(answer, url);
      const headers = toContentHeaders(request.headers ?? {});
      answer = await this.outboundHttp.blob(url, { method, headers, signal: request.signal });
    }
    return answer;
  }
}

/** 304 has no target (RFC 9110 section 15.4). */
function isRedirect({ statusCode }: Answer): boolean {
  return statusCode >= 300 && statusCode < 400 && statusCode !== 304;
}

function targetOf({ statusCode, headers }: Answer, base: URL): URL {
  const target = FOLLOWED.includes(statusCode) && headers.location ? URL.parse(headers.location, base) : null;
  if (!target) throw refused('The blob is redirected to no address.');
  return target;
}

/** Closes the connection of a body that is still arriving. It may be endless. */
function drop({ body }: Answer): void {
  if (body instanceof Readable) body.destroy();
}

function refused(message: string): BrokerError {
  return new BrokerError('UpstreamUnavailable', message, { isLasting: true });
}
