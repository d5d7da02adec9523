import { describe, expect, it } from '@jest/globals';
import { BrokerError } from '../../errors/broker-error.ts';
import { ConnectionError } from '../engine/connection-error.ts';
import { isBusy } from '../sqlite/sqlite-errors.ts';
import { isUnavailable, isUniqueViolation, toDatabaseUnavailable } from './database-error.ts';

function failure(code: string): Error {
  return Object.assign(new Error('SQLITE_BUSY 23505 57P01, which the message must not decide'), { code });
}

describe('the codes of the database drivers', () => {
  it.each([
    'SQLITE_BUSY',
    'SQLITE_BUSY_SNAPSHOT',
    'SQLITE_FULL',
    'SQLITE_IOERR_FSYNC',
    'SQLITE_CANTOPEN',
    'SQLITE_READONLY_DBMOVED',
    '08006',
    '25006',
    '40001',
    '40P01',
    '53300',
    '57014',
    '57P01',
    '57P03',
    '58030',
  ])('%s is trouble of the database', code => {
    expect(isUnavailable(failure(code))).toBe(true);
    expect(toDatabaseUnavailable(failure(code))).toMatchObject({
      code: 'DatabaseUnavailable',
      details: { retryAfterSeconds: 5 },
      cause: { code },
    });
  });

  it.each([
    'SQLITE_ERROR',
    'SQLITE_CONSTRAINT_CHECK',
    '23505',
    '22P02',
    '42P01',
    'ECONNREFUSED',
    'EPIPE',
    '',
  ])('%s is not: a request to a PDS, or the statement itself, can fail with it', code => {
    expect(toDatabaseUnavailable(failure(code))).toBeUndefined();
  });

  it('keeps a BrokerError as it is', () => {
    const error = new BrokerError('DatabaseUnavailable', 'locked');
    expect(toDatabaseUnavailable(error)).toBe(error);
    expect(toDatabaseUnavailable(new BrokerError('NotFound', 'nothing'))).toBeUndefined();
  });

  it('recognizes a lost connection, which has no code', () => {
    expect(isUnavailable(new ConnectionError('lost'))).toBe(true);
    expect([new Error('SQLITE_BUSY'), 'SQLITE_BUSY', null, undefined].map(isUnavailable)).not.toContain(true);
  });

  it('distinguishes an existing key and a locked file from other errors', () => {
    const codes = [
      '23505',
      'SQLITE_CONSTRAINT_UNIQUE',
      'SQLITE_CONSTRAINT_PRIMARYKEY',
      'SQLITE_BUSY_RECOVERY',
    ];
    expect(codes.map(code => isUniqueViolation(failure(code)))).toEqual([true, true, true, false]);
    expect(codes.map(code => isBusy(failure(code)))).toEqual([false, false, false, true]);
    expect([isUniqueViolation(failure('23503')), isBusy(failure('SQLITE_BUSYBODY'))]).toEqual([false, false]);
  });
});
