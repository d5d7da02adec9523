import { existsSync, statSync } from 'node:fs';

/** The settings file of a working directory. */
export const SETTINGS_FILE = 'latchkey.env';

/**
 * Adds the variables of a settings file to this process's environment, whose own variables win.
 *
 * @param file by default `latchkey.env` in the working directory, if it exists
 * @throws Error if the file cannot be read, or if others can read the default one
 */
export function loadSettingsFile(file?: string): void {
  if (file === undefined) {
    if (!existsSync(SETTINGS_FILE)) return;
    requirePrivate(SETTINGS_FILE);
  }
  const path = file ?? SETTINGS_FILE;
  try {
    process.loadEnvFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(`The settings file ${path} can't be read (${code}).`, { cause });
  }
}

/** It holds secrets. One that came with an archive or a clone could send the admin token elsewhere. */
function requirePrivate(file: string): void {
  const { mode } = statSync(file);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new Error(
    `Others can read or change the settings file ${file}. Check it and run: chmod 600 ${file} (or name it with --env-file).`,
  );
}
