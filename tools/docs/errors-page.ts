import { errorCodes } from '../../src/errors/error-code.ts';
import { errorHelp } from '../../src/errors/error-help.ts';
import { statusTable } from '../../src/http/errors/status-table.ts';
import { toPage, toTable } from './markdown.ts';

const opening = `An error is \`{ "error": "<code>", "message": "<for people>" }\`. Programs branch on the code. The
message may change. An error of the broker itself on \`/xrpc\` carries the header \`Latchkey-Error\`: without it, the
account's server answered. The endpoints for native apps answer \`{ "error", "error_description" }\` (RFC 6749).`;

/** Returns the page of all error codes, in the order of the code. */
export function errorsPage(): string {
  const rows = errorCodes.map(code => {
    const { meaning, action } = errorHelp[code];
    return [`\`${code}\``, String(statusTable[code]), meaning, action];
  });
  return toPage('Errors', opening, toTable(['Code', 'Status', 'Meaning', 'What to do'], rows));
}
