/** A validator, and the secrets that it validates in turn. */
export type Contender = {
  accepts: (secret: string) => boolean | Promise<boolean>;
  secrets: readonly string[];
};

/** The result of a turn. `cpu` is the time of all threads of this process per validation, in µs. */
export type Turn = { perSecond: number; cpu: number };

/** Simultaneous validations, if they are asynchronous. */
const lanes = 32;

/** Validations between two reads of the clock. */
const validationsPerLook = 16;

/** Validates for some seconds. Throws if a key is refused, as all are valid. */
export async function takeTurn({ accepts, secrets }: Contender, seconds: number): Promise<Turn> {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const until = startedAt + seconds * 1000;
  let asked = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < until) {
      for (let at = 0; at < validationsPerLook; at++) {
        const answer = accepts(secrets[asked++ % secrets.length] ?? '');
        // A synchronous result needs no await.
        if (!(typeof answer === 'boolean' ? answer : await answer)) throw new Error('a good key was refused');
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const elapsed = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { perSecond: asked / elapsed, cpu: (user + system) / asked };
}
