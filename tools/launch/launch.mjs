// Starts a program of this project, from a fresh clone too: installs, builds, and runs it with the project's own
// Node. Plain JavaScript on built-in modules, because it runs on any Node from 18 on before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ended } from './child.mjs';
import { withLock } from './lock.mjs';
import { LaunchError, say } from './messages.mjs';
import { runStep } from './step.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const inTree = name => join(root, name);
const lock = inTree('.launching');
const installed = inTree('node_modules/.package-lock.json');
const sources = ['src', 'migrations', 'package.json', 'package-lock.json', 'nest-cli.json'];
const stamp = inTree('dist/.built-from');

const usage = 'usage: launch.mjs [--no-build] <entry> [argument …] | --install-only | --build-only';

async function launch([first, ...rest]) {
  const isBuilt = first !== '--no-build' && first !== '--install-only';
  const [entry, ...args] = first === '--no-build' ? rest : [first, ...rest];
  if (entry === undefined) throw new LaunchError(usage);
  await whenStale(isInstallStale, 'installing', install);
  if (isBuilt) await whenStale(isBuildStale, 'building', build);
  if (entry === '--install-only' || entry === '--build-only') return;
  endAs(await ended(spawn(projectNode(), [inTree(entry), ...args], { stdio: 'inherit' })));
}

/** Works only if need be, and once however many launches there are. */
async function whenStale(isStale, doing, work) {
  if (isStale()) await withLock(lock, doing, () => isStale() && work());
}

/** Ends this process as its child ended: by the same signal, or with the same exit code. */
function endAs({ code, signal }) {
  if (signal) process.kill(process.pid, signal);
  process.exitCode = code ?? 1;
}

function isInstallStale() {
  const installedAt = modifiedAt(installed);
  return installedAt === undefined || installedAt < (modifiedAt(inTree('package-lock.json')) ?? 0);
}

/** When a file was last written, in ms since 1970, or undefined when there is none. */
function modifiedAt(name) {
  return fs.statSync(name, { throwIfNoEntry: false })?.mtimeMs;
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
  if (!fs.existsSync(stamp) || !fs.existsSync(inTree('dist/src/main.js'))) return true;
  return fs.readFileSync(stamp, 'utf8') !== digestOfSources();
}

function digestOfSources() {
  const configurations = fs.readdirSync(root).filter(name => /^tsconfig.*\.json$/.test(name));
  const hash = createHash('sha256');
  for (const file of [...sources, ...configurations].flatMap(name => filesIn(inTree(name))).sort()) {
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
  const compiler = inTree('node_modules/@nestjs/cli/bin/nest.js');
  if (!fs.existsSync(compiler)) {
    throw new LaunchError(
      'dist/ is not built from these sources and the compiler is missing; run: npm ci --include=dev --ignore-scripts',
    );
  }
  const digest = digestOfSources();
  // Without a stamp, an incremental build would build upon something unknown.
  if (!fs.existsSync(stamp)) fs.rmSync(inTree('dist'), { recursive: true, force: true });
  fs.rmSync(stamp, { force: true });
  await runStep('building', root, [projectNode(), compiler, 'build']);
  fs.writeFileSync(stamp, digest);
}

function manifest() {
  return JSON.parse(fs.readFileSync(inTree('package.json'), 'utf8'));
}

/** The Node that the install brought or, where that does not run, the present one if it is new enough. */
function projectNode() {
  const own = inTree('node_modules/node/bin/node');
  if (spawnSync(own, ['--version']).status === 0) return own;
  const { engines } = manifest();
  const [major, minor] = engines.node.match(/\d+/g).map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return process.execPath;
  throw new LaunchError(
    `Node ${engines.node} is needed; this is ${process.versions.node}, and the one that the install brings does ` +
      'not run here: try "npm rebuild node", or install a newer Node',
  );
}

try {
  await launch(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof LaunchError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
