import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** A program that fails when it finds something. `program` is its path in the tree. */
export type Step = { title: string; program: string; args: readonly string[] };

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a step and prints how long it took, with its output if it failed. Returns whether it passed. */
export async function runStep({ title, program, args }: Step): Promise<boolean> {
  const since = performance.now();
  const child = spawn(process.execPath, [`${root}/${program}`, ...args], {
    cwd: root,
    env: process.stdout.isTTY ? { ...process.env, FORCE_COLOR: '1' } : process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<boolean>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => {
      resolve(code === 0);
    });
  });
  const [hasPassed, output, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  const seconds = ((performance.now() - since) / 1000).toFixed(1);
  console.log(`check: ${title} ${hasPassed ? 'passed' : 'FAILED'} in ${seconds} s`);
  if (!hasPassed) console.log(`${output}${errors}`);
  return hasPassed;
}
