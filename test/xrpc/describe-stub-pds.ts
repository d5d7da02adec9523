import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { describeBroker, type TestBroker } from '../broker/test-broker.ts';
import { rawRequest, sendRaw } from '../http/raw-request.ts';
import { startStubPds, type StubPds } from './stub-pds.ts';

/** A stub PDS, and a broker with a session there. */
export type StubPlace = { readonly pds: StubPds; readonly broker: TestBroker };

/** Runs a suite with a broker and a stub PDS. The stub forgets its requests before each test. */
export function describeStubPds(
  name: string,
  suite: (place: () => StubPlace) => void,
  settings: Readonly<Record<string, string>> = {},
): void {
  const atBroker = (broker: () => TestBroker): void => {
    let pds: StubPds | undefined;
    const place = (): StubPlace => {
      if (!pds) throw new Error('the stub PDS has not started');
      return { pds, broker: broker() };
    };
    beforeAll(async () => {
      pds = await startStubPds(broker());
    });
    beforeEach(() => {
      place().pds.received.length = 0;
    });
    afterAll(() => pds?.stop());
    suite(place);
  };
  describeBroker(name, atBroker, { anyDatabase: true, settings });
}

/** Sends a request line byte for byte over a socket, because HTTP clients normalize addresses. */
export function sendLine({ pds, broker }: StubPlace, requestLine: string): Promise<string> {
  const headers = Object.entries(pds.headers).map(line => line.join(': '));
  return sendRaw(broker.url, rawRequest(requestLine, broker.url, ...headers));
}
