import type { Answer } from '../network/grants.ts';
import type { Actor } from '../time/actor.ts';
import type { Machine } from '../world/machine.ts';

/** Where the answer to a spent token is. */
export type AnswerPlace =
  | { readonly kind: 'road' | 'nowhere' }
  | { readonly kind: 'process'; readonly process: Actor }
  | { readonly kind: 'disk'; readonly machine: Machine };

/**
 * Returns where an answer is, beside the database. A process that lives keeps what it has received until it is stored, so
 * for the rules it has it.
 */
export function placeOf(answer: Answer, machines: readonly Machine[]): AnswerPlace {
  const { to, fileName } = answer;
  if (answer.state !== 'lost' && to.state !== 'gone') return { kind: 'process', process: to };
  const machine =
    fileName === undefined ? undefined : machines.find(({ disk }) => disk.list().some(isOf(fileName)));
  if (machine) return { kind: 'disk', machine };
  return { kind: answer.state === 'lost' ? 'road' : 'nowhere' };
}

/** A reservation is no answer, and neither is a file that is still being written. */
function isOf(name: string): (path: string) => boolean {
  return path =>
    path.includes(name) && /\.(answer|native|odd)[^/]*$/.test(path) && !/\.(part|reserved|space)$/.test(path);
}

/** Returns what a place is called in a report. */
export function describePlace(place: AnswerPlace): string {
  switch (place.kind) {
    case 'process':
      return `${place.process.name} (${place.process.state})`;
    case 'disk':
      return `the disk of ${place.machine.name}`;
    case 'road':
      return 'lost on the road';
    case 'nowhere':
      return 'nowhere';
  }
}
