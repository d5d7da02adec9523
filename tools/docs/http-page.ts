import type { DescribedRoute, DescribedTopic } from '../../src/http/operator/described-routes.ts';
import { toPage, toTable } from './markdown.ts';

const opening = `Every route but the pages, by topic. [openapi.json](openapi.json) has all schemas. A broker serves it at
\`/api/openapi.json\`, with its own addresses, and shows it at \`/docs\`. All paths begin with \`LATCHKEY_BASE_PATH\` if it is
set. [Errors](errors.md) lists the codes.`;

/** Returns the page of all routes: a section for each topic, a table of it, then its requests and responses. */
export function httpPage(topics: readonly DescribedTopic[]): string {
  const sections = topics.map(({ name, description, routes }) => {
    const rows = routes.map(({ method, path, callers, summary }) => [
      `\`${method} ${path}\``,
      callers,
      summary,
    ]);
    const table = toTable(['Route', 'Callers', 'What it does'], rows);
    return [`## ${name}`, description, table, ...routes.map(toDetails)].join('\n\n');
  });
  return toPage('HTTP', opening, ...sections);
}

function toDetails({ method, path, description, fields, bodyTypes, responses }: DescribedRoute): string {
  const fieldRows = fields.map(({ name, place, isRequired, type, meaning }) => [
    `\`${name}\``,
    place,
    isRequired ? 'yes' : 'no',
    type,
    meaning,
  ]);
  const responseRows = responses.map(({ status, meaning, types }) => [status, meaning, codeList(types)]);
  return [
    `### ${method} ${path}`,
    description,
    bodyTypes.length > 0 && `Body: ${codeList(bodyTypes)}.`,
    fieldRows.length > 0 && toTable(['Field', 'In', 'Required', 'Type', 'Meaning'], fieldRows),
    toTable(['Status', 'Meaning', 'Content'], responseRows),
  ]
    .filter(Boolean)
    .join('\n\n');
}

function codeList(texts: readonly string[]): string {
  return texts.map(text => `\`${text}\``).join(' or ');
}
