import type { Field, OpenApi, Operation } from './openapi.ts';
import { toPage, toTable } from './markdown.ts';

const opening = `Every route but the pages, by topic. [openapi.json](openapi.json) has all schemas. A broker serves it at
\`/api/openapi.json\`, with its own addresses, and shows it at \`/docs\`. All paths begin with \`LATCHKEY_BASE_PATH\` if it is
set. [Errors](errors.md) lists the codes.`;

const callers: Readonly<Record<string, string>> = {
  browser: 'browser',
  apiKey: 'API key',
  passwordSession: 'password session',
  tempToken: 'temp token',
  introspector: 'introspection token',
  operator: 'operator',
};

type Route = Operation & { readonly method: string; readonly path: string };

/** Returns the page of all routes: a section for each tag, a table of it, then its requests and responses. */
export function httpPage({ paths, tags }: OpenApi): string {
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Route => ({
      ...operation,
      method: method.toUpperCase(),
      path,
    })),
  );
  const untagged = routes.filter(route => !tags.some(({ name }) => route.tags.includes(name)));
  if (untagged.length > 0) throw new Error(`without a tag: ${untagged.map(({ path }) => path).join(', ')}`);
  const sections = tags.map(({ name, description }) => {
    const own = routes.filter(route => route.tags.includes(name));
    const table = toTable(['Route', 'Callers', 'What it does'], own.map(toSummary));
    return [`## ${name}`, description, table, ...own.map(toDetails)].filter(Boolean).join('\n\n');
  });
  return toPage('HTTP', opening, ...sections);
}

function toSummary({ method, path, summary, security }: Route): string[] {
  return [`\`${method} ${path}\``, toCallers(security), summary];
}

function toCallers(security: Operation['security']): string {
  const names = security.flatMap(Object.keys).map(name => callers[name] ?? name);
  return names.length === 0 ? 'anyone' : [...new Set(names)].join(', ');
}

function toDetails({ method, path, description, parameters, requestBody, responses }: Route): string {
  const responseRows = Object.entries(responses).map(([status, response]) => [
    status,
    response.description,
    toTypes(response.content),
  ]);
  return [
    `### ${method} ${path}`,
    description,
    parameters.length > 0 && toTable(['Parameter', 'In', 'Required', 'Type', 'Meaning'], toRows(parameters)),
    requestBody && `Body: ${toTypes(requestBody.content)}.`,
    requestBody && fieldTable(requestBody.content),
    toTable(['Status', 'Meaning', 'Content'], responseRows),
  ]
    .filter(Boolean)
    .join('\n\n');
}

function toRows(parameters: Operation['parameters']): string[][] {
  return parameters.map(({ name, in: place, required, description = '', schema }) => [
    `\`${name}\``,
    place,
    required ? 'yes' : 'no',
    toType(schema),
    description,
  ]);
}

type Content = NonNullable<Operation['requestBody']>['content'];

function toTypes(content: Content | undefined): string {
  return Object.keys(content ?? {})
    .map(type => `\`${type}\``)
    .join(' or ');
}

/** The fields of a JSON body or a form. */
function fieldTable(content: Content): string | undefined {
  const { schema } = content['application/json'] ?? Object.values(content)[0] ?? {};
  if (schema?.properties === undefined) return undefined;
  const rows = Object.entries(schema.properties).map(([name, field]) => [
    `\`${name}\``,
    schema.required.includes(name) ? 'yes' : 'no',
    toType(field),
    field.description ?? '',
  ]);
  return toTable(['Field', 'Required', 'Type', 'Meaning'], rows);
}

/** A type in few words: its name, format, values and limits. */
function toType({ type, format, enum: values, minimum, maximum, maxLength, default: preset }: Field): string {
  if (values !== undefined) return values.map(value => `\`${value}\``).join(', ');
  const words = [
    Array.isArray(type) ? type.join(' or ') : type,
    format && `(${format})`,
    (minimum ?? maximum) !== undefined && `${minimum ?? ''} to ${maximum ?? ''}`,
    maxLength !== undefined && `up to ${maxLength} characters`,
    preset !== undefined && `default \`${preset}\``,
  ];
  return words.filter(word => typeof word === 'string' && word !== '').join(' ');
}
