import crypto, { type BinaryLike } from 'node:crypto';

type Derived = (error: Error | null, key: Buffer) => void;

const known = new Map<string, Buffer>();
const { scrypt } = crypto;

/**
 * Has scrypt return a key that it derived before. The PDS checks a password at each sign-in, which takes 28 ms of
 * processor time, and a run of the tests signs in many hundred times with few passwords.
 */
export function rememberPasswords(): void {
  Reflect.set(crypto, 'scrypt', deriveOnce);
}

function deriveOnce(password: BinaryLike, salt: BinaryLike, length: number, done: Derived): void {
  const asked = JSON.stringify([password, salt, length]);
  const key = known.get(asked);
  if (key) {
    setImmediate(done, null, Buffer.from(key));
    return;
  }
  scrypt(password, salt, length, (error, derived) => {
    if (!error) known.set(asked, Buffer.from(derived));
    done(error, derived);
  });
}
