import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compiledOnce, lessCollecting } from './network/child.ts';
import { findChromium } from './network/chromium.ts';
import { findNginx } from './network/nginx.ts';

const jest = fileURLToPath(new URL('../node_modules/jest/bin/jest.js', import.meta.url));

const args = process.argv.slice(2);
const isLong = args.includes('--long');
const isQuick = args.includes('--quick');
if (!isQuick) announce();
const own = ['--long', '--quick'];
const quick = ['--config', fileURLToPath(new URL('../jest.quick.config.mjs', import.meta.url))];
const child = spawn(
  process.execPath,
  [...lessCollecting, jest, ...(isQuick ? quick : []), ...args.filter(arg => !own.includes(arg))],
  {
    env: { ...process.env, ...compiledOnce, ...(isLong && { TEST_LONG: '1' }) },
    stdio: 'inherit',
  },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
child.on('close', code => (process.exitCode = code ?? 1));

function announce(): void {
  const databases = (process.env.DIALECTS ?? 'sqlite,postgres').split(',').join(' and ');
  const browser = has(findChromium, 'BROWSER', 'chromium') ? 'in Chromium' : 'without a browser';
  const proxy = has(findNginx, 'REVERSE PROXY', 'nginx') ? 'behind nginx' : 'without nginx';
  const length = isLong ? 'with the long runs' : 'without the long runs (npm run test:long)';
  console.error(`latchkey: testing on ${databases}, ${browser}, ${proxy}, ${length}`);
}

function has(find: () => string | undefined, what: string, debianPackage: string): boolean {
  try {
    if (find() !== undefined) return true;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
  console.error(
    `latchkey: *** ${what} TESTS ARE SKIPPED: no ${debianPackage}; apt-get install ${debianPackage} brings it ***`,
  );
  return false;
}
