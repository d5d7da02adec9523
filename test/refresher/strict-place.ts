import { afterAll, beforeAll, describe } from '@jest/globals';
import { SessionRepository } from '../../src/sessions/stored/session.repository.ts';
import type { SessionSecrets } from '../../src/sessions/stored/session-secrets.service.ts';
import { UiSessions } from '../../src/ui-sessions/ui-sessions.service.ts';
import { asId } from '../ids.ts';
import { startTestBroker, type TestBroker, type TestBrokerOptions } from '../broker/test-broker.ts';
import { describeDialects, type TestDialect } from '../database/dialects.ts';
import { didOf, handleOf } from '../network/fake-accounts.ts';
import type { Network } from '../network/network.ts';
import {
  type ArrivingRefresh,
  send,
  StrictNetwork,
  type StrictNetworkOptions,
} from '../network/strict-network.ts';
import type { TokenAnswer } from '../network/strict-issuer.ts';
import { TestSession } from './test-session.ts';

type OnRefresh = NonNullable<StrictNetworkOptions['onRefresh']>;

/** A broker, and a strict issuer whose answers the test changes. */
export type StrictPlace = {
  readonly network: StrictNetwork;
  broker: TestBroker;
  /** Handles every refresh from now on. By default the issuer answers by itself. */
  onRefresh: OnRefresh;
  /** Changes the answer to every refresh from now on. */
  answerWith: (change: (answer: TokenAnswer) => TokenAnswer) => void;
  /** Signs a new account in. */
  signIn: () => Promise<TestSession>;
  /** Stops the broker, and starts another in its place. Returns the session at the new one. */
  restart: (between?: () => Promise<void>) => Promise<void>;
};

let accounts = 1_000;

/** Runs a suite for each database. */
export function describeStrictPlace(
  name: string,
  suite: (place: () => StrictPlace) => void,
  options: Pick<TestBrokerOptions, 'settings'> = {},
): void {
  const run = (_open: unknown, { dialect, create }: TestDialect): void => {
    describe('at a strict issuer', () => {
      let place: StrictPlace | undefined;
      beforeAll(async () => {
        const network = await StrictNetwork.start({
          onRefresh: (refresh, response) => (place?.onRefresh ?? answerAsIssued)(refresh, response),
        });
        // No suite here logs in at a real PDS, which is what the rest of a network is for.
        const described = { pds: network.url, plc: network.url, accounts: [] } as unknown as Network;
        const database = await create();
        place = {
          network,
          broker: await startTestBroker(dialect, database, { ...options, network: described }),
          onRefresh: answerAsIssued,
          answerWith(change) {
            this.onRefresh = async ({ judge }, response) => {
              const answer = await judge();
              send(response, answer.status === 200 ? change(answer) : answer);
            };
          },
          signIn() {
            return signIn(this.broker, network);
          },
          async restart(between) {
            await this.broker.app.close();
            await between?.();
            this.broker = await startTestBroker(dialect, database, { ...options, inPlaceOf: this.broker });
          },
        };
      });
      afterAll(async () => {
        await place?.broker.app.close();
        await place?.network.stop();
      });
      suite(() => {
        if (!place) throw new Error('the broker has not started');
        return place;
      });
    });
  };
  describeDialects(name, run);
}

/** Returns the secrets of a session as the row holds them. */
export async function secretsOf({ broker, id }: TestSession): Promise<SessionSecrets | null | undefined> {
  return (await broker.app.get(SessionRepository).findSession(id))?.secrets;
}

/** Answers a refresh as the issuer does. */
export async function answerAsIssued(
  { judge }: ArrivingRefresh,
  response: Parameters<OnRefresh>[1],
): Promise<void> {
  send(response, await judge());
}

async function signIn(broker: TestBroker, network: StrictNetwork): Promise<TestSession> {
  const browser = broker.browser();
  const authorizeUrl = await browser.beginLogin(handleOf(didOf(accounts++)));
  await browser.open(`/oauth/callback?${network.authorize(authorizeUrl)}`, 'cross-site');
  const cookie = browser.cookie('latchkey') ?? '';
  const uiSession = await broker.app.get(UiSessions).findByCookie(cookie);
  return new TestSession(broker, browser, uiSession?.sessionId ?? asId(''));
}
