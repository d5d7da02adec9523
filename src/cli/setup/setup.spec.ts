import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readBrokerAddress } from '../../config/broker-address.ts';
import { readConfig } from '../../config/config.ts';
import { loadSettingsFile } from '../../config/settings-file.ts';
import { createProgram } from '../command-program.ts';

let folder: string;
const from = process.cwd();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-setup-'));
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(from);
  rmSync(folder, { recursive: true, force: true });
});

async function latchkey(environment: Record<string, string>, ...args: string[]): Promise<string> {
  const printed: string[] = [];
  const program = createProgram({ print: text => printed.push(text), environment });
  await program.parseAsync(args, { from: 'user' }).catch((error: unknown) => {
    printed.push(`failed: ${String(error)}`);
  });
  return printed.join('\n');
}

it('init writes settings that only its user can read, with new secrets, and never overwrites them', async () => {
  expect(await latchkey({}, 'init')).toContain('Wrote latchkey.env');
  expect(statSync('latchkey.env').mode & 0o777).toBe(0o600);
  const text = readFileSync('latchkey.env', 'utf8');
  const settings: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/^(\w+)=(.*)$/gm)) settings[name] = value;
  expect(readConfig(settings)).toMatchObject({ encryption: { kind: 'given' } });
  expect(await latchkey({}, 'init')).toContain('latchkey.env exists already');
  expect(readFileSync('latchkey.env', 'utf8')).toBe(text);
});

it('a settings file is read unless others can read it, and the environment wins', () => {
  const name = 'LATCHKEY_CLIENT_NAME';
  writeFileSync('latchkey.env', `${name}=File\n`);
  chmodSync('latchkey.env', 0o644);
  expect(() => {
    loadSettingsFile();
  }).toThrow('chmod 600 latchkey.env');
  expect(() => {
    loadSettingsFile('missing.env');
  }).toThrow("missing.env can't be read (ENOENT)");
  chmodSync('latchkey.env', 0o600);
  loadSettingsFile();
  expect(process.env.LATCHKEY_CLIENT_NAME).toBe('File');
  process.env.LATCHKEY_CLIENT_NAME = 'Own';
  loadSettingsFile();
  expect(process.env.LATCHKEY_CLIENT_NAME).toBe('Own');
  delete process.env.LATCHKEY_CLIENT_NAME;
});

it("a command finds its broker by the broker's settings", () => {
  expect(readBrokerAddress({})).toBe('http://127.0.0.1:8787');
  const here = { LATCHKEY_LISTEN: '127.0.0.1:9000', LATCHKEY_BASE_PATH: '/keys' };
  expect(readBrokerAddress(here)).toBe('http://127.0.0.1:9000/keys');
  expect(readBrokerAddress({ ...here, LATCHKEY_PUBLIC_URL: 'https://latchkey.your-domain.net' })).toBe(
    'https://latchkey.your-domain.net/keys',
  );
  expect(() => readBrokerAddress({ LATCHKEY_LISTEN: 'x' })).toThrow('LATCHKEY_LISTEN');
});

it('doctor names each problem with what to do, and no secret', async () => {
  const secret = randomBytes(32).toString('hex');
  const wrong = await latchkey({ LATCHKEY_LISTEN: 'x', LATCHKEY_ADMIN_TOKEN: secret }, 'doctor');
  expect(wrong).toMatch(/^PROBLEM {2}settings: LATCHKEY_LISTEN /m);
  expect(wrong).toContain('failed: CommandFailure: 1 problem found.');
  // Port 9 of this machine has no server.
  const closed = 'http://127.0.0.1:9';
  const settings = {
    LATCHKEY_DEV_ALLOW_HTTP: 'true',
    LATCHKEY_PLC_URL: closed,
    LATCHKEY_ADMIN_TOKEN: secret,
  };
  const unreachable = await latchkey(settings, 'doctor', '--issuer', closed);
  expect(unreachable).toMatch(/^ok {7}database: the first start creates/m);
  expect(unreachable).toMatch(/^ok {7}spool: /m);
  expect(unreachable).toMatch(/^note {5}public address: .*two weeks\n {9}Set LATCHKEY_PUBLIC_URL/m);
  expect(unreachable).toMatch(/^PROBLEM {2}PLC directory: 127\.0\.0\.1:9 can't be reached/m);
  expect(unreachable).toMatch(/^PROBLEM {2}issuer: /m);
  expect(unreachable + wrong).not.toContain(secret);
});
