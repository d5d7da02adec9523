import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { SETTINGS_FILE } from '../../config/settings-file.ts';
import { codeOf } from '../../errors/code-of.ts';
import type { CommandContext } from '../command/command-context.ts';
import { CommandFailure, exitCodes } from '../command/command-failure.ts';

/** Where a broker without settings keeps its key. */
const KEY_FILE = 'data/encryption.key';

/** `latchkey init`: writes a settings file with new secrets. */
export function initCommand({ print }: CommandContext): Command {
  return new Command('init')
    .description('write a settings file with new secrets, which only you can read')
    .argument('[file]', 'the file to write; it must not exist', SETTINGS_FILE)
    .action(async (file: string) => {
      try {
        await writeFile(file, settingsText(), { mode: 0o600, flag: 'wx', flush: true });
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
        throw new CommandFailure(`${file} exists already, and was not changed.`, exitCodes.failed);
      }
      print(`Wrote ${file}. Keep a copy of it elsewhere: without its encryption key the sessions are gone.`);
    });
}

function settingsText(): string {
  const encryption = existsSync(KEY_FILE)
    ? `# The key is in ${KEY_FILE}.`
    : `LATCHKEY_ENCRYPTION_KEYS=${randomBytes(32).toString('base64')}`;
  return `# Settings of Latchkey: docs/reference/settings.md lists all. \`latchkey doctor\` checks them.

# The https address that people open. Without one sessions end after two weeks.
# LATCHKEY_PUBLIC_URL=https://latchkey.your-domain.net
# LATCHKEY_LISTEN=127.0.0.1:8787
# LATCHKEY_DATABASE_URL=sqlite:./data/latchkey.sqlite

# The operator's token.
LATCHKEY_ADMIN_TOKEN=${randomBytes(32).toString('hex')}

# Seals all tokens in the database.
${encryption}
`;
}
