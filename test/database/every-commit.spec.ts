import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { SessionSecretsBox } from '../../src/sessions/stored/session-secrets.service.ts';
import type { Did } from '../../src/database/tables/did.ts';
import { RateLimit } from '../../src/http/edge/rate-limit.ts';
import { stopBackground, sweepNow } from '../background/due.ts';
import { callWith } from '../broker/issued-key.ts';
import { letGraceEnd } from '../broker/older-session.ts';
import { startTestBroker, type TestBroker } from '../broker/test-broker.ts';
import { statusOfMe } from '../login/answers.ts';
import type { BrowserClient } from '../network/browser-client.ts';
import { didOf } from '../network/fake-accounts.ts';
import {
  approveKey,
  type AskedKey,
  claimCodeOf,
  type ClaimedKey,
  KeyAsker,
  openCodePage,
} from '../network/key-asker.ts';
import { sharedNetwork } from '../network/network.ts';
import { redirectTarget } from '../network/user-agent.ts';
import type { StrictGrant } from '../network/strict-issuer.ts';
import { send, StrictNetwork } from '../network/strict-network.ts';
import { operate } from '../sessions/operate.ts';
import { until } from '../until.ts';
import { commitFaults, type FaultyDatabase, openFaultyWay } from './commit-faults.ts';
import { describeDialects } from './dialects.ts';

const MOST_TRIES = 3;

/** One try of a caller. Returns whether it succeeded. */
type Try = () => Promise<boolean>;

/** A flow that decides about a grant or a secret: prepares for one account what a caller then tries. */
type Flow = (at: Place, did: Did) => Promise<Try>;

/** A broker whose COMMITs can fail, and a strict issuer. */
type Place = {
  readonly broker: TestBroker;
  readonly network: StrictNetwork;
  /** Makes the issuer grant less at the next refresh. */
  readonly grantLess: () => void;
};

const flows: Record<string, Flow> = {
  'a sign-in': ({ broker, network }, did) => {
    const browser = broker.browser();
    return Promise.resolve(() => signIn(browser, network, did));
  },
  'a sign-in that replaces another': async ({ broker, network }, did) => {
    const browser = broker.browser();
    await signIn(browser, network, did);
    return () => signIn(browser, network, did);
  },
  'a logout': async ({ broker, network }, did) => {
    const browser = broker.browser();
    await signIn(browser, network, did);
    return async () => (await browser.post('/oauth/logout', {})).status === 204;
  },
  'a request for a key': ({ broker }, did) => {
    const input = { identifier: did, name: 'a bot', scope: 'atproto transition:generic' };
    return Promise.resolve(async () => (await new KeyAsker(broker.url).tryAsk(input)).status === 201);
  },
  'the authorization of a key': async (at, did) => {
    const asked = await ask(at, did);
    return async () => (await authorize(at, asked)) !== undefined;
  },
  'the denial of an authorized key': async (at, did) => {
    const asked = await ask(at, did);
    await authorize(at, asked);
    return async () => (await at.broker.browser().submit(`/connect/${asked.id}/deny`, {})).status < 400;
  },
  'a claim': async (at, did) => {
    const asked = await ask(at, did);
    const code = (await authorize(at, asked)) ?? '';
    const told = new Set<string>();
    return async () => {
      const answer = await new KeyAsker(at.broker.url).tryClaim(asked, code);
      if (answer.status !== 200) return false;
      told.add(((await answer.json()) as ClaimedKey).secret);
      return told.size === 1 && works(at, [...told][0]);
    };
  },
  'a rotation': async (at, did) => {
    const { id } = await obtain(at, did);
    const browser = at.broker.browser();
    await signIn(browser, at.network, did);
    return async () => {
      const name = { 'idempotency-key': 'a-rotation' };
      const answer = await browser.post(`/api/keys/${id}/rotate`, {}, name);
      return answer.status === 200 && works(at, ((await answer.json()) as ClaimedKey).secret);
    };
  },
  'the end of a previous secret': async (at, did) => {
    const { id, secret } = await obtain(at, did);
    const browser = at.broker.browser();
    await signIn(browser, at.network, did);
    await browser.post(`/api/keys/${id}/rotate`, { graceSeconds: 60 });
    return async () => {
      const { status } = await browser.request('DELETE', `/api/keys/${id}/previous-secret`);
      return status === 204 && !(await works(at, secret));
    };
  },
  'the revocation of a key': async (at, did) => {
    const { id } = await obtain(at, did);
    return async () => (await operate(at.broker, `DELETE /api/keys/${id}`)).status === 204;
  },
  "the operator's revocation of a session": async (at, did) => {
    const { sessionId } = await obtain(at, did);
    return async () => (await operate(at.broker, `DELETE /api/sessions/${sessionId}`)).status === 204;
  },
  'the reconnection of a key that has stopped working': async (at, did) => {
    const key = await obtain(at, did);
    for (const grant of at.network.issuer.list())
      if (grant.did === did) at.network.issuer.end(grant, 'issuer');
    await operate(at.broker, `POST /api/sessions/${key.sessionId}/refresh`);
    expect(await works(at, key.secret)).toBe(false);
    return () => reconnect(at, key);
  },
  'the reconnection of a working key that lacks a scope': async (at, did) => {
    const key = await obtain(at, did);
    at.grantLess();
    await operate(at.broker, `POST /api/sessions/${key.sessionId}/refresh`);
    expect(await works(at, key.secret)).toBe(true);
    return () => reconnect(at, key);
  },
};

describeDialects('a COMMIT that fails', (_open, { dialect, create }) => {
  let way: FaultyDatabase | undefined;
  let place: Place | undefined;
  let accounts = 0;
  let grantsLess = false;
  beforeAll(async () => {
    // More logins than 600 lookups a minute at the one directory allow.
    jest.spyOn(RateLimit.prototype, 'consume').mockResolvedValue();
    const network = await StrictNetwork.start({
      onRefresh: async ({ judge }, response) => {
        const { status, body } = await judge();
        const isLess = grantsLess && status === 200;
        if (isLess) grantsLess = false;
        send(response, { status, body: isLess ? { ...body, scope: 'atproto' } : body });
      },
    });
    way = await openFaultyWay(await create());
    const broker = await startTestBroker(dialect, way.config, {
      network: { ...(await sharedNetwork()), pds: network.url, plc: network.url },
    });
    await stopBackground(broker);
    const grantLess = (): void => {
      grantsLess = true;
    };
    place = { broker, network, grantLess };
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await place?.broker.app.close();
    await way?.close();
    await place?.network.stop();
  });

  const here = (): Place & { way: FaultyDatabase } => {
    if (!place || !way) throw new Error('the broker has not started');
    return { ...place, way };
  };

  afterEach(async () => {
    const { broker, network } = here();
    await until('the broken connection is replaced', () =>
      broker.database.readNow().then(
        () => true,
        () => false,
      ),
    );
    await letGraceEnd(broker.database, broker.app.get(SessionSecretsBox));
    await sweepNow(broker);
    expect(await troublesOf(broker, network)).toEqual([]);
  });

  it.each(Object.keys(flows))('leaves %s with one outcome, at every COMMIT and every moment', async name => {
    const flow = flows[name];
    if (!flow) throw new Error('there is no such flow');
    const at = here();
    const commits = await countCommits(await flow(at, didOf(++accounts)), at.way);
    expect(commits).toBeGreaterThan(0);
    for (const fault of commitFaults[dialect]) {
      for (let skipped = 0; skipped < commits; skipped++) {
        const attempt = await flow(at, didOf(++accounts));
        at.way.arm(fault, skipped);
        const outcome = {
          fault,
          skipped,
          tries: await triesUntilSuccess(attempt),
          struck: at.way.hasStruck(),
        };
        // A batch of uses may have committed beside the flow that was counted. Then there is no last COMMIT.
        const isUncounted = skipped > 0 && skipped === commits - 1 && !outcome.struck;
        expect(outcome).toEqual({ fault, skipped, tries: expect.any(Number), struck: !isUncounted });
      }
    }
  });
});

async function countCommits(attempt: Try, way: FaultyDatabase): Promise<number> {
  const before = way.commits();
  expect(await attempt()).toBe(true);
  return way.commits() - before;
}

/** Returns the number of tries, or undefined if none succeeded. */
async function triesUntilSuccess(attempt: Try): Promise<number | undefined> {
  for (let tries = 1; tries <= MOST_TRIES; tries++) if (await attempt().catch(() => false)) return tries;
  return undefined;
}

/** Compares the grants at the issuer with the stored sessions. */
async function troublesOf({ app, database }: TestBroker, { issuer }: StrictNetwork): Promise<string[]> {
  const rows = await database.selectFrom('oauth_session').selectAll().execute();
  const box = app.get(SessionSecretsBox);
  const stored = new Map<StrictGrant | undefined, string>();
  for (const row of rows)
    if (row.sealed !== null)
      stored.set(issuer.grantOf(box.open(row.sealed, row).refreshToken ?? ''), row.status);
  const dead: string[] = rows
    .filter(({ status, sealed }) => status === 'active' && sealed === null)
    .map(({ did }) => did);
  for (const [grant, status] of stored)
    if (status === 'active' && grant?.end !== undefined) dead.push(asRow(grant));
  const astray = issuer.list().filter(grant => grant.end === undefined && stored.get(grant) !== 'active');
  return [
    ...dead.map(row => `${row} has a dead grant`),
    ...astray.map(grant => `${asRow(grant)} has no row`),
  ];
}

function asRow({ did, end }: StrictGrant): string {
  return `${did} (${end ?? 'live'})`;
}

async function signIn(browser: BrowserClient, network: StrictNetwork, did: Did): Promise<boolean> {
  const begun = await browser.submit('/oauth/login', { identifier: did, replace: 'yes' });
  const consent = await redirectTarget(begun, browser.broker);
  await browser.open(`/oauth/callback?${network.authorize(consent).toString()}`, 'cross-site');
  return (await statusOfMe(browser)) === 200;
}

function ask({ broker }: Place, did: Did): Promise<AskedKey> {
  return new KeyAsker(broker.url).ask({ identifier: did });
}

/** Authorizes a key. Returns its claim code. */
async function authorize({ broker, network }: Place, asked: AskedKey): Promise<string | undefined> {
  const browser = broker.browser();
  const parameters = network.authorize(await approveKey(browser, asked));
  const answer = await browser.open(`/oauth/callback?${parameters.toString()}`, 'cross-site');
  return claimCodeOf(await openCodePage(browser, answer));
}

async function obtain(at: Place, did: Did): Promise<ClaimedKey & { sessionId: string }> {
  const asked = await ask(at, did);
  const key = await new KeyAsker(at.broker.url).claim(asked, (await authorize(at, asked)) ?? '');
  const { session_id } = await at.broker.database
    .selectFrom('api_key')
    .select('session_id')
    .where('start', '=', key.start)
    .executeTakeFirstOrThrow();
  return { ...key, sessionId: session_id };
}

/** Gives a key's session a new grant. Succeeds if the key works afterwards. */
async function reconnect(
  at: Place,
  { secret, sessionId }: { secret: string; sessionId: string },
): Promise<boolean> {
  const browser = at.broker.browser();
  const path = `/oauth/login?reconnect=${sessionId}`;
  const consent = await redirectTarget(await browser.open(path), new URL(path, browser.broker));
  const parameters = at.network.authorize(consent).toString();
  const answer = await browser.open(`/oauth/callback?${parameters}`, 'cross-site');
  return answer.headers.get('location')?.includes('problem') === false && works(at, secret);
}

async function works({ broker }: Place, secret = ''): Promise<boolean> {
  const answer = await callWith(broker, { secret }, 'GET /xrpc/com.atproto.server.getSession');
  return answer.status === 200;
}
