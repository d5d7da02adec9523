import type { z } from 'zod';
import type { Problem } from './config-error.ts';
import type { Settings } from './environment.ts';
import { environmentSchema, variableNames } from './environment.ts';
import { nearestName } from './values/nearest-name.ts';

/** Environment variables, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The result of parsing each variable for itself. One that could not be parsed is reported and has its default. */
export type ParsedEnvironment = { readonly settings: Settings; readonly problems: readonly Problem[] };

/** Parses every variable and reports all that is malformed, empty or unknown. */
export function parseEnvironment(environment: Environment): ParsedEnvironment {
  const unknown = findUnknownNames(environment);
  const first = environmentSchema.safeParse(environment);
  if (first.success) return { settings: first.data, problems: unknown };
  const malformed = first.error.issues.map(toProblem);
  const bad = new Set(malformed.map(problem => problem.variable));
  const readable = Object.entries(environment).filter(([name]) => !bad.has(name));
  const settings = environmentSchema.parse(Object.fromEntries(readable));
  return { settings, problems: [...malformed, ...unknown] };
}

function toProblem({ path: [name, index], message }: z.core.$ZodIssue): Problem {
  const entry = typeof index === 'number' ? `entry ${index + 1}: ` : '';
  return { variable: String(name), message: `${entry}${message}` };
}

function findUnknownNames(environment: Environment): Problem[] {
  const known: readonly string[] = variableNames;
  return Object.entries(environment)
    .filter(([name, value]) => /^latchkey_/i.test(name) && value !== undefined && !known.includes(name))
    .map(([name]) => ({ variable: name, message: unknownMessage(name) }));
}

function unknownMessage(name: string): string {
  const nearest = nearestName(withoutPrefix(name.toUpperCase()), variableNames.map(withoutPrefix));
  return nearest === undefined
    ? 'is no setting; remove it'
    : `is no setting; did you mean LATCHKEY_${nearest}?`;
}

function withoutPrefix(name: string): string {
  return name.slice('LATCHKEY_'.length);
}
