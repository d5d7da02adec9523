import { readFileSync } from 'node:fs';

/** The commands of deploy/Dockerfile, which a test runs without a container. */
export type Dockerfile = {
  readonly run: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly healthCheck: readonly string[];
  readonly command: readonly string[];
};

/** Reads the instructions that decide what is built and started. */
export function readDockerfile(): Dockerfile {
  const text = readFileSync(new URL('../../deploy/Dockerfile', import.meta.url), 'utf8');
  const lines = text.replace(/\\\n\s*/g, ' ').split('\n');
  const of = (instruction: string): string[] =>
    lines.filter(line => line.startsWith(`${instruction} `)).map(line => line.slice(instruction.length + 1));
  const variables = of('ENV').flatMap(line => [...line.matchAll(/(\w+)=(\S+)/g)]);
  return {
    run: of('RUN'),
    environment: Object.fromEntries(variables.map(([, name = '', value = '']) => [name, value])),
    healthCheck: argumentsIn(of('HEALTHCHECK')),
    command: argumentsIn(of('CMD')),
  };
}

function argumentsIn([line = '']: readonly string[]): string[] {
  return JSON.parse(line.slice(line.indexOf('['))) as string[];
}
