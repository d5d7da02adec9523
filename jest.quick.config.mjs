import base from './jest.config.json' with { type: 'json' };

/** Runs what needs neither the network of the tests nor Postgres nor a browser: for the loop while writing. */
export default {
  ...base,
  globalSetup: undefined,
  globalTeardown: undefined,
  testMatch: ['<rootDir>/{src,migrations,test/structure}/**/*.spec.{ts,tsx}'],
};
