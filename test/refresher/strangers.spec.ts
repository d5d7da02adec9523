import type { ServerResponse } from 'node:http';
import { afterEach, expect, it } from '@jest/globals';
import { IssuerBackOff } from '../../src/sessions/refresh/issuer-back-off.service.ts';
import { exchange } from '../network/http-exchange.ts';
import { until } from '../until.ts';
import { describeStrictPlace, type StrictPlace } from './strict-place.ts';

/** More than the broker sends to one site at a time. */
const LOGINS = 80;
const MOST_PUSHED = 64;

describeStrictPlace('a session, while strangers begin logins at its own issuer', suite);

function suite(place: () => StrictPlace): void {
  const held: ServerResponse[] = [];
  afterEach(() => {
    for (const response of held.splice(0)) response.destroy();
    place().network.answerPush = undefined;
  });

  /** Begins a login as a program. Returns its status. */
  const begin = async (): Promise<number> => {
    const url = new URL('/oauth/login', place().broker.url);
    url.searchParams.set('identifier', place().network.url);
    return (await exchange(url)).status;
  };

  it.each([429, 500, 503])('is refreshed although these get %d and are asked for a pause', async status => {
    const session = await place().signIn();
    place().network.answerPush = response => {
      response.writeHead(status, { 'retry-after': '600' }).end('{}');
    };
    const statuses = await Promise.all([begin(), begin(), begin(), begin()]);
    expect(statuses.filter(answered => answered < 400)).toEqual([]);
    expect(place().broker.app.get(IssuerBackOff, { strict: false }).size).toBe(0);
    expect(await session.refresh()).toEqual({ kind: 'refreshed' });
    expect(await session.isAtRest()).toBe(true);
  });

  it('is refreshed although these hold all the pushed requests that the broker sends there', async () => {
    const session = await place().signIn();
    place().network.answerPush = response => held.push(response);
    const logins = Array.from({ length: LOGINS }, begin);
    const refused = await Promise.any(logins);
    expect(refused).toBeGreaterThanOrEqual(500);
    await until(
      'all that may be are held',
      () => held.length,
      count => count === MOST_PUSHED,
    );
    expect(await session.refresh()).toEqual({ kind: 'refreshed' });
    expect(held).toHaveLength(MOST_PUSHED);
    for (const response of held.splice(0)) response.destroy();
    await Promise.allSettled(logins);
  });
}
