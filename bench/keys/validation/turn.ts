/** What validates keys, and the secrets that it is asked for, one after the other. */
export type Contender = {
  accepts: (secret: string) => boolean | Promise<boolean>;
  secrets: readonly string[];
};

/** How a contender did; `cpu` is the time of all threads of this process per validation, in µs. */
export type Turn = { perSecond: number; cpu: number };

/** So many validations wait for an answer at a time, where one waits at all. */
const lanes = 32;

/** So often the clock is read. */
const validationsPerLook = 16;

/** Validates for so many seconds; throws when a key is refused, as all are good. */
export async function takeTurn({ accepts, secrets }: Contender, seconds: number): Promise<Turn> {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const until = startedAt + seconds * 1000;
  let asked = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < until) {
      for (let at = 0; at < validationsPerLook; at++) {
        const answer = accepts(secrets[asked++ % secrets.length] ?? '');
        // An answer that is there already is not waited for.
        if (!(typeof answer === 'boolean' ? answer : await answer)) throw new Error('a good key was refused');
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const elapsed = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { perSecond: asked / elapsed, cpu: (user + system) / asked };
}
