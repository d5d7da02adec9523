// Installs and builds what is missing or out of date.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isSupported } from '../../bin/node.js';
import { withLock } from './lock.mjs';
import { LaunchError } from './messages.mjs';
import { runStep } from './step.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const lock = inTree('.launching');
const installed = inTree('node_modules/.package-lock.json');
const sources = [
  'src',
  'migrations',
  'docs/reference/openapi.json',
  'package.json',
  'package-lock.json',
  '.swcrc',
  'tools/build',
];
const builder = inTree('tools/build/main.ts');
const stamp = inTree('dist/.built-from');

export function inTree(name) {
  return join(root, name);
}

/** Installs if need be, and with `isBuilt` builds: once, however many launches there are. */
export async function prepare({ isBuilt }) {
  await whenStale(isInstallStale, 'installing', install);
  if (isBuilt) await whenStale(isBuildStale, 'building', build);
}

async function whenStale(isStale, doing, work) {
  if (isStale()) await withLock(lock, doing, () => isStale() && work());
}

// Compares contents: a checkout gives the lock file a new time, and an install takes minutes.
function isInstallStale() {
  if (!fs.existsSync(installed)) return true;
  const present = packagesIn(installed);
  const wanted = Object.entries(packagesIn(inTree('package-lock.json')));
  return wanted.some(
    ([place, { version, optional }]) => place !== '' && !optional && present[place]?.version !== version,
  );
}

function packagesIn(lockFile) {
  return JSON.parse(fs.readFileSync(lockFile, 'utf8')).packages ?? {};
}

// Scripts run only where package.json allows them, whatever npm's version makes of that field. Otherwise npm would
// compile the SQLite driver, whose binaries are in its package, and a fresh machine has no compiler.
async function install() {
  refuseLink();
  await runStep('installing the locked packages', root, npm('ci', '--ignore-scripts', '--include=dev'));
  // Until the scripts have run, the tree does not count as installed.
  fs.renameSync(installed, `${installed}.pending`);
  const allowed = Object.entries(manifest().allowScripts).filter(([, isAllowed]) => isAllowed);
  const present = allowed.map(([name]) => name).filter(name => fs.existsSync(inTree(`node_modules/${name}`)));
  await runStep('setting up Node and the test programs', root, npm('rebuild', ...present));
  fs.renameSync(`${installed}.pending`, installed);
}

function refuseLink() {
  const isLink = fs.lstatSync(inTree('node_modules'), { throwIfNoEntry: false })?.isSymbolicLink();
  if (isLink)
    throw new LaunchError(
      'node_modules is a link, and installing would empty the directory that it leads to: remove the link',
    );
}

function npm(...args) {
  const { npm_execpath: script = '', npm_node_execpath: node = '' } = process.env;
  // Under `npm run`, that same npm on its own Node: the PATH there begins with node_modules/.bin, and so with a
  // Node that the install is about to replace.
  const command = /\bnpm-cli\.[cm]?js$/.test(script) && node ? [node, script] : ['npm'];
  return [...command, ...args, '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
}

// Compares contents instead of times: a copy of a built tree must start without its compiler.
function isBuildStale() {
  if (!fs.existsSync(stamp) || !fs.existsSync(inTree('dist/main.js'))) return true;
  return fs.readFileSync(stamp, 'utf8') !== digestOfSources();
}

function digestOfSources() {
  const hash = createHash('sha256');
  for (const file of sources.flatMap(name => filesIn(inTree(name))).sort()) {
    const content = fs.readFileSync(file);
    hash.update(`${relative(root, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function filesIn(name) {
  const stats = fs.statSync(name, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return stats && !/\.spec\.tsx?$/.test(name) ? [name] : [];
  return fs.readdirSync(name).flatMap(child => filesIn(join(name, child)));
}

async function build() {
  if (!fs.existsSync(inTree('node_modules/esbuild'))) {
    throw new LaunchError(
      'dist/ is not built from these sources and the bundler is missing; run: npm ci --include=dev --ignore-scripts',
    );
  }
  const digest = digestOfSources();
  fs.rmSync(stamp, { force: true });
  await runStep('building', root, [projectNode(), builder]);
  fs.writeFileSync(stamp, digest);
}

function manifest() {
  return JSON.parse(fs.readFileSync(inTree('package.json'), 'utf8'));
}

/** The Node that the install brought or, where that does not run, the present one if it is new enough. */
export function projectNode() {
  const own = inTree('node_modules/node/bin/node');
  if (spawnSync(own, ['--version']).status === 0) return own;
  if (isSupported(process.versions.node)) return process.execPath;
  throw new LaunchError(
    `Node ${manifest().engines.node} is needed; this is ${process.versions.node}, and the one that the install brings does ` +
      'not run here: try "npm rebuild node", or install a newer Node',
  );
}
