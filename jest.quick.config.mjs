import base from './jest.config.json' with { type: 'json' };

const { globalSetup, globalTeardown, ...config } = base;

/** What needs neither the network of the tests nor Postgres nor a browser: for the loop while writing. */
export default {
  ...config,
  testMatch: ['<rootDir>/{src,migrations}/**/*.spec.{ts,tsx}'],
};
