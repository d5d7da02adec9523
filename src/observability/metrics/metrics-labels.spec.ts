import { describe, expect, it } from '@jest/globals';
import { sessionReasons } from '../../database/tables/oauth-session.ts';
import { endReasons, toBackgroundResult, toMethodLabel, toStatusLabel } from './metrics-labels.ts';

describe('labels', () => {
  it('have every reason for which a session can end', () => {
    expect(endReasons).toEqual(sessionReasons);
  });

  it('name the failures of a background run itself, and no error of an issuer', () => {
    expect(toBackgroundResult({ kind: 'refreshed' })).toBe('refreshed');
    expect(toBackgroundResult({ kind: 'failed', error: 'slow' })).toBe('slow');
    expect(toBackgroundResult({ kind: 'failed', error: 'invalid-grant' })).toBe('failed');
    expect(toBackgroundResult({ kind: 'failed', error: 'did:plc:anything' })).toBe('failed');
    expect(toBackgroundResult({ kind: 'failed', error: 'refreshed' })).toBe('failed');
  });

  it('map methods and statuses to few values', () => {
    expect(['GET', 'PROPFIND', 'get'].map(toMethodLabel)).toEqual(['GET', 'other', 'other']);
    expect([200, 303, 404, 599].map(toStatusLabel)).toEqual(['2xx', '3xx', '4xx', '5xx']);
  });
});
