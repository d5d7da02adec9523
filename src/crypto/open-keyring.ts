import type { Config } from '../config/config.ts';
import type { RowBinding } from './row-binding.ts';
import type { EncryptionKeyRepository } from './encryption-key.repository.ts';
import { createKeyFile, readKeyFile } from './key-file.ts';
import { Keyring } from './keyring.ts';
import { SealedBox } from './sealed-box.ts';
import { listSpooledKeys } from './spooled-keys.ts';

const CANARY = 'latchkey';

/**
 * Loads the encryption keys and checks that they are those of this database.
 *
 * @throws Error that names the missing or wrong key, because a broker that cannot open its rows must not start
 */
export async function openKeyring(
  { encryption, spoolDirectory }: Pick<Config, 'encryption' | 'spoolDirectory'>,
  encryptionKeyRows: EncryptionKeyRepository,
): Promise<Keyring> {
  const keyring = new Keyring(await loadKeys(encryption, encryptionKeyRows));
  await requireUsedKeys(keyring, encryptionKeyRows, encryption);
  await requireSpooledKeys(keyring, spoolDirectory, encryption);
  await checkCanaries(keyring, encryptionKeyRows);
  return keyring;
}

async function loadKeys(
  encryption: Config['encryption'],
  encryptionKeyRows: EncryptionKeyRepository,
): Promise<readonly Buffer[]> {
  if (encryption.kind === 'given') return encryption.keys;
  const { file } = encryption;
  const key = await readKeyFile(file);
  if (key) return [key];
  if ((await encryptionKeyRows.list()).length > 0) {
    throw new Error(`The encryption key of this database is missing: restore ${file} from a backup.`);
  }
  return [await createKeyFile(file)];
}

async function requireUsedKeys(
  keyring: Keyring,
  encryptionKeyRows: EncryptionKeyRepository,
  encryption: Config['encryption'],
): Promise<void> {
  const missing = (await encryptionKeyRows.listUsedFingerprints()).filter(
    fingerprint => !keyring.find(fingerprint),
  );
  if (missing.length === 0) return;
  throw new Error(
    `The database holds rows sealed with the encryption key ${missing.join(', ')}, which is not in ${placeOf(encryption)}. ` +
      `Put it back (this broker has ${keyring.fingerprints.join(', ')}).`,
  );
}

/** An answer on disk is the only copy of its tokens. */
async function requireSpooledKeys(
  keyring: Keyring,
  spoolDirectory: string,
  encryption: Config['encryption'],
): Promise<void> {
  const missing = (await listSpooledKeys(spoolDirectory)).find(
    ({ fingerprint }) => !keyring.find(fingerprint),
  );
  if (!missing) return;
  throw new Error(
    `The answer ${missing.file} is sealed with the encryption key ${missing.fingerprint}, which is not in ${placeOf(encryption)}. ` +
      'Put it back until the broker has stored the answer.',
  );
}

function placeOf(encryption: Config['encryption']): string {
  return encryption.kind === 'given' ? 'LATCHKEY_ENCRYPTION_KEYS' : encryption.file;
}

async function checkCanaries(keyring: Keyring, encryptionKeyRows: EncryptionKeyRepository): Promise<void> {
  const box = new SealedBox(keyring);
  const known = new Map(
    (await encryptionKeyRows.list()).map(({ fingerprint, canary }) => [fingerprint, canary]),
  );
  for (const fingerprint of keyring.fingerprints) {
    const canary = known.get(fingerprint);
    if (canary !== undefined && open(box, canary, fingerprint) !== CANARY) {
      throw new Error(
        `The canary of encryption key ${fingerprint} does not open: the database was tampered with.`,
      );
    }
  }
  const { fingerprint } = keyring.current;
  if (!known.has(fingerprint))
    await encryptionKeyRows.insert({ fingerprint, canary: box.seal(CANARY, sealBinding(fingerprint)) });
}

function open(box: SealedBox, canary: string, fingerprint: string): string | undefined {
  try {
    return box.open(canary, sealBinding(fingerprint));
  } catch {
    return undefined; // The caller has the better message.
  }
}

function sealBinding(fingerprint: string): RowBinding {
  return { table: 'encryption_key', column: 'canary', id: fingerprint, facts: {} };
}
