import { describe, expect, it } from '@jest/globals';
import { parseSandboxOptions } from './sandbox-options.ts';

describe("the sandbox's options", () => {
  it('are one public broker on SQLite by default', () => {
    expect(parseSandboxOptions([])).toEqual({ database: 'sqlite', brokers: 1, confidential: false });
  });

  it('are read from the command line', () => {
    const args = ['--database', 'postgres', '--brokers', '3', '--confidential'];
    expect(parseSandboxOptions(args)).toEqual({ database: 'postgres', brokers: 3, confidential: true });
  });

  it.each([
    [['--brokers', '2'], 'needs --database postgres'],
    [['--brokers', '0', '--database', 'postgres'], 'from 1 to 99'],
    [['--brokers', '2x', '--database', 'postgres'], 'from 1 to 99'],
    [['--database', 'mysql'], 'sqlite or postgres'],
    [['--databse', 'sqlite'], "Unknown option '--databse'"],
    [['sqlite'], "Unexpected argument 'sqlite'"],
  ])('refuse %j', (args, reason) => {
    expect(() => parseSandboxOptions(args)).toThrow(reason);
  });
});
