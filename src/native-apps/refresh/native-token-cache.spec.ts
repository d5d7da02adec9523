import { describe, expect, it } from '@jest/globals';
import { type Finished, type Flight, MOST_ANSWERS, NativeTokenCache } from './native-token-cache.ts';
import { asId } from '../../../test/ids.ts';

const binding = {
  appId: asId('an app'),
  issuer: 'https://issuer.example',
  jkt: 'a thumbprint',
  kid: 'a key',
};
const finished: Finished = {
  kind: 'answered',
  answer: { status: 200, headers: {}, body: '{}' },
  sent: { jti: 'j', nonce: null },
  binding,
};

function newFlight(): Flight {
  const leader = { binding } as unknown as Flight['leader'];
  return { binding, leader, outcome: Promise.resolve({ kind: 'in-doubt', seconds: 1 }) };
}

/** The ids of more tokens than answers are kept. */
const crowd = Array.from({ length: MOST_ANSWERS + 1 }, (_, index) => `token ${index}`);

describe('a token on its way', () => {
  it('is remembered until it lands, however many others are on their way or answered since', () => {
    const memory = new NativeTokenCache();
    const flight = newFlight();
    memory.begin('first', flight);
    for (const id of crowd) memory.begin(id, newFlight());
    for (const id of crowd) memory.keep(id, finished);
    expect(memory.flightOf('first')).toBe(flight);
    expect(memory.allFlights()[0]).toBe(flight);
    for (const id of crowd) memory.land(id);
    expect(memory.allFlights()).toEqual([flight]);
    memory.land('first');
    expect(memory.flightOf('first')).toBeUndefined();
  });
});

describe('an answer', () => {
  it('makes room for newer ones', () => {
    const memory = new NativeTokenCache();
    memory.keep('first', finished);
    for (const id of crowd) memory.keep(id, finished);
    expect(memory.answerOf('first')).toBeUndefined();
    expect(memory.answerOf(crowd.at(-1) ?? '')).toBe(finished);
    expect(memory.counts).toEqual({ flights: 0, answers: MOST_ANSWERS });
  });
});
