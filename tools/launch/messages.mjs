/** What ends the launch with one message instead of a stack. */
export class LaunchError extends Error {
  name = 'LaunchError';
}

/** Says one line to people. Standard output belongs to the entry. */
export function say(text) {
  process.stderr.write(`latchkey: ${text}\n`);
}
