import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { IssuerTraitRepository } from '../../src/oauth/issuers/issuer-trait.repository.ts';
import { IssuerTraits } from '../../src/oauth/issuers/issuer-traits.service.ts';
import { TokenProbe } from '../../src/sessions/pds/token-probe.service.ts';
import type { Effect } from '../network/faults.ts';
import { until } from '../until.ts';
import { describeFaults } from './describe-faults.ts';
import type { TestSession } from './test-session.ts';

const HOUR_SECONDS = 60 * 60;
const DAY_SECONDS = 24 * HOUR_SECONDS;

describeFaults('what rotation does to the old access token', place => {
  const traits = (): IssuerTraits => place().broker.app.get(IssuerTraits);
  const learned = (): Promise<boolean | undefined> => traits().rotationEndsAccessToken(place().network.pds);
  beforeEach(() => place().broker.database.deleteFrom('issuer_trait').execute());
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const rotate = async (effects: Effect[] = []): Promise<TestSession> => {
    const session = await place().takeSession();
    const match = { server: 'pds', path: '/xrpc/com.atproto.server.getSession' } as const;
    for (const effect of effects) await place().network.armFault({ match, effect, times: 1 });
    expect(await session.refresh()).toEqual({ kind: 'refreshed' });
    return session;
  };

  it('is not known before a rotation', async () => {
    expect(await learned()).toBeUndefined();
  });

  it('is learned from a rotation: this PDS ends it', async () => {
    await rotate();
    await until('the rotation was studied', learned, known => known === true);
  });

  it('is learned from a rotation: a PDS without state does not', async () => {
    const [account] = place().network.accounts;
    await rotate([answer(200, { did: account?.did })]);
    await until('the rotation was studied', learned, known => known === false);
  });

  it.each<[name: string, effects: Effect[]]>([
    ['a PDS that refuses the new token too', [refusal(), refusal()]],
    ['a PDS that fails', [answer(500, {})]],
    ['a PDS that does not say', [answer(401, { error: 'AuthenticationRequired' })]],
    ['a proxy with a page of its own', [answer(200, { hello: 'world' })]],
  ])('is not learned from %s', async (_name, effects) => {
    const tokenProbe = place().broker.app.get(TokenProbe);
    const probeToken = tokenProbe.probeToken.bind(tokenProbe);
    let verdicts = 0;
    jest.spyOn(tokenProbe, 'probeToken').mockImplementation(async (...probed) => {
      const verdict = await probeToken(...probed);
      verdicts++;
      return verdict;
    });
    const noted = jest.spyOn(traits(), 'noteRotation');
    await rotate(effects);
    await until('the PDS was probed', () => verdicts === effects.length);
    await new Promise(setImmediate);
    expect(noted).not.toHaveBeenCalled();
  });

  it('is not learned from a token that has expired', async () => {
    const session = await place().takeSession();
    await session.age(61);
    expect(await session.refresh()).toEqual({ kind: 'refreshed' });
    expect(await session.call()).toMatchObject({ status: 200 });
    expect(await learned()).toBeUndefined();
  });

  describe('as stored', () => {
    const issuer = 'https://issuer.example';

    it.each([
      [0, true, false],
      [2 * DAY_SECONDS, true, false],
      [4 * DAY_SECONDS, true, true],
      [15 * DAY_SECONDS, undefined, true],
      [-HOUR_SECONDS, undefined, true],
    ])('%i s ago is %s, and studied again: %s', async (agoSeconds, known, isDue) => {
      await traits().noteRotation(issuer, true);
      const { database } = place().broker;
      await database
        .updateTable('issuer_trait')
        .set({ learned_at: database.now(-agoSeconds) })
        .execute();
      expect(await traits().rotationEndsAccessToken(issuer)).toBe(known);
      expect(await traits().isStudyDue(issuer)).toBe(isDue);
    });

    it('is replaced by what was learned last', async () => {
      await traits().noteRotation(issuer, true);
      await traits().noteRotation(issuer, false);
      expect(await traits().rotationEndsAccessToken(issuer)).toBe(false);
    });

    it('is kept for the issuers learned last', async () => {
      const { database } = place().broker;
      for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) {
        await traits().noteRotation(name, true);
        const at = { learned_at: database.now(index - 10) };
        await database.updateTable('issuer_trait').set(at).where('issuer', '=', name).execute();
      }
      await place().broker.app.get(IssuerTraitRepository).deleteBeyond(2);
      const rows = await database.selectFrom('issuer_trait').select('issuer').orderBy('issuer').execute();
      expect(rows.map(row => row.issuer)).toEqual(['c', 'd']);
    });

    it('is not kept for an issuer of absurd length', async () => {
      expect(await traits().isStudyDue(`https://${'x'.repeat(600)}.example`)).toBe(false);
    });
  });
});

function answer(status: number, body: object, headers: Record<string, string> = {}): Effect {
  const json = { 'content-type': 'application/json', ...headers };
  return { kind: 'answer', moment: 'before', status, headers: json, body: JSON.stringify(body) };
}

function refusal(): Effect {
  return answer(401, { error: 'invalid_token' }, { 'www-authenticate': 'DPoP error="invalid_token"' });
}
