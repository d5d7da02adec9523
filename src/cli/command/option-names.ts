/** What the fields of a request are called on the command line: `{ clientId: '--client-id' }`. */
export type OptionNames = Readonly<Record<string, string>>;

const SEPARATOR = '(?:, | and | or )';

/**
 * Names the options instead of the fields in a broker's message. Replaces the subjects of its sentences only, as a name
 * may be a word of a sentence too. Of an object in a file, its inner field follows: `--metadata: redirectUris[0]`.
 */
export function withOptionNames(message: string, names: OptionNames): string {
  const fields = Object.keys(names).sort((one, other) => other.length - one.length);
  if (fields.length === 0) return message;
  const field = `(?:${fields.map(literal).join('|')})(?![\\w-])`;
  const subject = `(?<=^|[.?] )${field}(?:${SEPARATOR}${field})*`;
  return message.replace(new RegExp(`${subject}(\\.(?=\\w))?`, 'g'), (text, inner?: string) => {
    const told = text.slice(0, text.length - (inner?.length ?? 0));
    const named = told.replace(new RegExp(field, 'g'), name => names[name] ?? name);
    return inner === undefined ? named : `${named}: `;
  });
}

function literal(text: string): string {
  return text.replace(/[.[\]]/g, String.raw`\$&`);
}
