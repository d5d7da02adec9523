import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Instances } from './leases/instances/instances.service.ts';
import { Log } from './observability/log/log.ts';
import { NativeAnswers } from './native-apps/refresh/native-answers.service.ts';
import { AnswerStore } from './sessions/answers/answer-store.service.ts';
import { Shutdown } from './waiting/shutdown.service.ts';

/** One Ctrl-C may arrive twice: from the terminal and from the parent program. */
const ONE_KEY_PRESS_MS = 1_000;

/**
 * Ends the process on SIGTERM and SIGINT. The first signal lets running requests and refreshes finish; another one, at
 * least a second later, exits at once. The exit code is 0 unless something failed.
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

/** Stops accepting connections and starting refreshes. Waits for the running requests and refreshes. */
export async function endWell(app: NestFastifyApplication): Promise<void> {
  const log = app.get(Log);
  const since = performance.now();
  const seconds = (): number => Math.round(performance.now() - since) / 1000;
  log.shutdownStarted();
  app.get(Shutdown).announce();
  // Nest alone would close the server only after the refreshes.
  const served = Promise.resolve(app.getHttpAdapter().getInstance().close()).then(() => {
    log.requestsServed({ seconds: seconds() });
  });
  await Promise.all([served, app.close()]);
  log.shutdownFinished({ seconds: seconds() });
}

/** Writes unstored answers to disk, and leaves the rest as a crash would. */
async function endAtOnce(app: NestFastifyApplication): Promise<void> {
  const areSafe = await Promise.all([app.get(AnswerStore).spoolAll(), app.get(NativeAnswers).spoolAll()]);
  // Last, because it stays on the list while it holds an answer.
  await app.get(Instances).deregister();
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
