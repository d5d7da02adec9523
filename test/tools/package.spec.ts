import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exchange } from '../network/http-exchange.ts';
import { freePorts } from '../network/free-ports.ts';
import { until } from '../until.ts';
import { readDockerfile } from './dockerfile.ts';

const MEBIBYTE = 1024 * 1024;

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');

/** A program of a user, who has types of Node and no others of ours. */
const consumer = `
import { createBroker, type Broker } from 'latchkey';
import { LatchkeyClient } from 'latchkey/client';
const broker: Broker = await createBroker({ LATCHKEY_LISTEN: '127.0.0.1:' + process.argv[2] });
await broker.listen();
const { status } = await fetch(broker.url + '/readyz');
await broker.close();
console.log(status, typeof LatchkeyClient);
`;

describe('the package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-package-'));
  const image = readDockerfile();
  let files: string[];

  // With the commands of the image, but for `npm ci`, which is done.
  beforeAll(async () => {
    const pack = image.run.find(command => command.startsWith('npm pack')) ?? '';
    const install = image.run.find(command => command.startsWith('npm install')) ?? '';
    const { stdout } = await sh(`${pack} --json`, root);
    const [packed] = JSON.parse(stdout) as { files: { path: string }[] }[];
    files = packed?.files.map(({ path }) => path) ?? [];
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    await sh(`${install} --prefer-offline`, folder);
  });

  /** Runs a command of the image with the folder in the place of its directories. */
  function sh(command: string, cwd: string): Promise<{ stdout: string }> {
    return run('/bin/sh', ['-c', command.replaceAll('/tmp', folder)], { cwd });
  }

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('holds the program, its types and licences, and neither tests nor sources', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'bin/latchkey.js',
        'dist/THIRD-PARTY-NOTICES.txt',
        'dist/cli.js',
        'dist/latchkey.css',
        'dist/types/index.d.ts',
        'dist/types/client/index.d.ts',
      ]),
    );
    expect(
      files.filter(file => /(^|\/)(src|test|tools|bench|bundle|\.compiled)\/|spec|\.map$/.test(file)),
    ).toEqual([]);
  });

  it('installs in at most 80 MB', () => {
    expect(sizeOf(join(folder, 'node_modules')) / MEBIBYTE).toBeLessThan(80);
  });

  it('serves on SQLite, and ends at Ctrl-C', async () => {
    const [port = 0] = await freePorts(1);
    const { PATH = '', HOME = '' } = process.env;
    const broker = spawn('npx', ['latchkey', 'start'], {
      cwd: folder,
      env: { PATH, HOME, LATCHKEY_LISTEN: `127.0.0.1:${port}` },
      stdio: ['ignore', 'ignore', 'inherit'],
      // Ctrl-C reaches a whole group, and npx passes no signal on.
      detached: true,
    });
    const closed = once(broker, 'close');
    const url = `http://127.0.0.1:${port}`;
    try {
      await until(
        'the broker is ready',
        () => statusOf(broker, `${url}/readyz`),
        status => status === 200,
      );
      const page = await exchange(new URL('/', url));
      expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<html')]);
      expect(await statusOf(broker, `${url}/assets/latchkey.css`)).toBe(200);
      expect(await statusOf(broker, `${url}/api/openapi.json`)).toBe(200);
    } finally {
      process.kill(-(broker.pid ?? 0), 'SIGINT');
    }
    await closed;
    expect(await statusOf(broker, url).catch(() => 0)).toBe(0);
    expect(readdirSync(join(folder, 'data'))).toEqual(
      expect.arrayContaining(['encryption.key', 'latchkey.sqlite', 'spool']),
    );
  });

  it('starts with the command of the image, with nothing else on the PATH, and passes its health check', async () => {
    const [port = 0] = await freePorts(1);
    const data = join(folder, 'image-data');
    mkdirSync(data);
    const inFolder = (text: string): string =>
      text
        .replaceAll('/opt/latchkey', folder)
        .replaceAll('/data', data)
        .replaceAll(/(0\.0\.0\.0|127\.0\.0\.1):8787/g, `127.0.0.1:${port}`);
    const environment = Object.fromEntries(
      Object.entries(image.environment).map(([name, value]) => [name, inFolder(value)]),
    );
    const options = { cwd: data, env: { ...environment, PATH: dirname(process.execPath) } };
    const [program = '', ...args] = image.command.map(inFolder);
    const broker = spawn(program, args, { ...options, stdio: ['ignore', 'ignore', 'inherit'] });
    const closed = once(broker, 'close');
    const [check = '', ...checkArgs] = image.healthCheck.map(inFolder);
    const isHealthy = (): Promise<boolean> =>
      run(check, checkArgs, options).then(
        () => true,
        () => false,
      );
    try {
      expect(await isHealthy()).toBe(false);
      await until('the health check passes', isHealthy);
    } finally {
      broker.kill('SIGTERM');
    }
    expect(await closed).toEqual([0, null]);
    expect(readdirSync(data)).toEqual(expect.arrayContaining(['latchkey.sqlite', 'spool']));
  });

  it('is imported by a program, with types', async () => {
    const [port = 0] = await freePorts(1);
    mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
    writeFileSync(join(folder, 'program.ts'), consumer);
    const types = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node'];
    const strict = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2023'];
    await run(process.execPath, [tsc, ...strict, ...types, 'program.ts'], { cwd: folder });
    const { stdout } = await run(process.execPath, ['program.ts', String(port)], { cwd: folder });
    expect(stdout.trim().split('\n').at(-1)).toBe('200 function');
  });

  it('names each bundled package with its licence', () => {
    const notices = readFileSync(join(folder, 'node_modules/latchkey/dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of ['@atproto/oauth-client', '@nestjs/core', 'fastify', 'kysely', 'undici', 'zod']) {
      expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+$`, 'm'));
    }
  });
});

async function statusOf(broker: ChildProcess, url: string): Promise<number> {
  if (broker.exitCode !== null) throw new Error(`the broker ended with ${broker.exitCode}`);
  return exchange(new URL(url)).then(
    ({ status }) => status,
    () => 0,
  );
}

function sizeOf(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return stats?.size ?? 0;
  return readdirSync(path).reduce((total, name) => total + sizeOf(join(path, name)), 0);
}

const unit = join(root, 'deploy/latchkey.service');
const hasSystemd = existsSync('/usr/bin/systemd-analyze');
if (!hasSystemd)
  process.stderr.write('SKIPPED: there is no systemd-analyze, so the unit is not verified here\n');

(hasSystemd ? it : it.skip)('the systemd unit passes systemd-analyze verify', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-unit-'));
  try {
    const copy = join(folder, 'latchkey.service');
    writeFileSync(copy, readFileSync(unit, 'utf8').replace('/usr/bin/node', process.execPath));
    const { stdout, stderr } = await run('/usr/bin/systemd-analyze', ['verify', copy]);
    expect(`${stdout}${stderr}`.split('\n').filter(line => line.includes('latchkey'))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
