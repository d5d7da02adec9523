import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export type Frame = { functionName: string; url: string; lineNumber: number };

/** A function at one place of the call tree, and its self time in µs. */
export type ProfiledNode = { frame: Frame; parent: ProfiledNode | undefined; self: number };

type CpuProfile = {
  nodes: { id: number; callFrame: Frame; children?: number[] }[];
  startTime: number;
  samples: number[];
  timeDeltas: number[];
};

/** Times by the monotonic clock that all processes share, in µs. */
export type Period = { from: number; to: number };

/** Returns the time by the clock of profiles. */
export function profileTime(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/** Reads the only profile in a folder, for one period. */
export async function readProfile(directory: string, { from, to }: Period): Promise<ProfiledNode[]> {
  const [file] = (await readdir(directory)).filter(name => name.endsWith('.cpuprofile'));
  if (file === undefined) throw new Error('the broker left no profile');
  const profile = JSON.parse(await readFile(join(directory, file), 'utf8')) as CpuProfile;
  const nodes = linked(profile);
  let time = profile.startTime;
  for (const [at, delta] of profile.timeDeltas.entries()) {
    time += delta;
    const node = nodes.get(profile.samples[at] ?? 0);
    if (node && time >= from && time < to) node.self += delta;
  }
  return [...nodes.values()].filter(({ self }) => self > 0);
}

function linked({ nodes }: CpuProfile): Map<number, ProfiledNode> {
  const byId = new Map<number, ProfiledNode>(
    nodes.map(({ id, callFrame }) => [id, { frame: callFrame, parent: undefined, self: 0 }]),
  );
  for (const { id, children = [] } of nodes) {
    for (const child of children) {
      const node = byId.get(child);
      if (node) node.parent = byId.get(id);
    }
  }
  return byId;
}
