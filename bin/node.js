import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ended } from './child.js';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const [oldestMajor, oldestMinor] = manifest.engines.node.match(/\d+/g).map(Number);
/** The Node that the tests run on. */
const version = manifest.devDependencies?.node;

/** There is no Node that is new enough, and none can be fetched. */
export class NodeMissing extends Error {}

export function isSupported(text) {
  const [major, minor] = text.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

/** Returns a Node that is new enough: one on the PATH, or one that npm fetches once into the user's cache. */
export async function findNode() {
  const own = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
  const onPath = (process.env.PATH ?? '').split(delimiter).map(directory => join(directory, 'node'));
  return [own, ...onPath].find(works) ?? (await fetchNode());
}

function works(path) {
  if (!existsSync(path)) return false;
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return status === 0 && isSupported(stdout.trim().replace(/^v/, ''));
}

async function fetchNode() {
  const { platform, arch } = process;
  // The packages that hold Node's own builds, without a script that would have to run.
  const prefix = platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node';
  const name = `${prefix}-${platform === 'win32' ? 'win' : platform}-${arch}`;
  const directory = join(
    process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
    'latchkey',
    `node-${version}`,
  );
  const node = join(directory, 'node_modules', name, 'bin', platform === 'win32' ? 'node.exe' : 'node');
  if (works(node)) return node;
  process.stderr.write(
    `latchkey: Node ${manifest.engines.node} is needed and this is ${process.versions.node}: fetching Node ${version} once, into ${directory}\n`,
  );
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new NodeMissing(missing(`${directory} cannot be written: ${error.code}`));
  }
  const npm = platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['install', '--prefix', directory, '--no-save', '--ignore-scripts', `${name}@${version}`];
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const { status, stderr, error } = spawnSync(npm, [...args, ...quiet], {
    encoding: 'utf8',
    shell: platform === 'win32',
  });
  if (works(node)) return node;
  const reason = error?.code ?? (stderr.trim().split('\n')[0] || `exit code ${status}`);
  throw new NodeMissing(missing(`npm could not fetch it: ${reason}`));
}

function missing(reason) {
  return `Node ${manifest.engines.node} is needed and this is ${process.versions.node} (${reason}). Install a newer Node.`;
}

/** Replaces this process where Node can, and otherwise ends as the other process ends. */
export async function runOn(node, args) {
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(node, [node, ...args], process.env);
  }
  const { code, signal } = await ended(spawn(node, args, { stdio: 'inherit' }));
  if (signal) process.kill(process.pid, signal);
  process.exitCode = code ?? 1;
}
