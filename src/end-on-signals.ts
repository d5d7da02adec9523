import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Instances } from './leases/instances.service.ts';
import { NativeAnswers } from './native-apps/refresh/native-answers.service.ts';
import { AnswerStore } from './sessions/refresh/answer-store.service.ts';
import { Shutdown } from './waiting/shutdown.service.ts';

/** One Ctrl-C may arrive twice, from the terminal and from the program that started this one. */
const ONE_KEY_PRESS_MS = 1_000;

/**
 * Ends the process when it is asked to (SIGTERM, SIGINT): at the first signal when all that it has begun is done, at
 * another one, a second later or more, at once. The exit code is 0 unless something failed: a broker that was asked to
 * end has not failed.
 */
export function endOnSignals(app: NestFastifyApplication): void {
  let first: number | undefined;
  const onSignal = (): void => {
    const now = performance.now();
    if (first === undefined) exitAfter(endWell(app));
    else if (now - first > ONE_KEY_PRESS_MS) exitAfter(endAtOnce(app));
    first ??= now;
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, onSignal);
}

/** Takes no connection and begins no refresh any more; requests and refreshes under way come to their end. */
async function endWell(app: NestFastifyApplication): Promise<void> {
  app.get(Shutdown).announce();
  // Nest would close the server last, after it has waited for the refreshes.
  const served = app.getHttpAdapter().getInstance().close();
  await Promise.all([served, app.close()]);
}

/** Puts the answers in hand on disk, and leaves the rest as a crash would. */
async function endAtOnce(app: NestFastifyApplication): Promise<void> {
  const [...areSafe] = await Promise.all([
    app.get(AnswerStore).spoolAll(),
    app.get(NativeAnswers).spoolAll(),
    app.get(Instances).leave(),
  ]);
  if (areSafe.includes(false))
    throw new Error('An answer could be brought neither into the database nor into the spool.');
}

function exitAfter(ending: Promise<void>): void {
  ending.then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`Latchkey has not ended well: ${String(error)}\n`);
      process.exit(1);
    },
  );
}
