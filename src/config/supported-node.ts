// This file imports nothing: it runs before anything that an old Node would crash on.

const oldest = { major: 22, minor: 19 };

/**
 * Ends the process with one line and exit code 1 when Node is older than the broker supports.
 *
 * On such a Node the native SQLite driver ends the process without a message at its first use.
 */
export function requireSupportedNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return;
  process.stderr.write(
    `Latchkey needs Node ${oldest.major}.${oldest.minor} or newer and found ${version}: ` +
      'start it with "npx latchkey", which finds or fetches one, or install a newer one.\n',
  );
  process.exit(1);
}
