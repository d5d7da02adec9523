import { setTimeout as sleep } from 'node:timers/promises';
import type { IssuedApiKeyView } from '../../api-keys/keys/api-key-view.ts';
import type { CodeListener } from './code-listener.ts';
import { Codes, readCodes } from './claim-codes.ts';
import type { CommandTerminal } from '../command/command-context.ts';
import { untilAuthorized, untilOver } from './key-authorization.ts';
import { claimKey } from './key-claim.ts';
import type { CreatedKeyRequest, KeyRequestApi, WantedKey } from './key-request-api.ts';
import { StatusLine } from '../command/status-line.ts';

/** A browser that reaches this machine is here so soon after its owner authorized; else a person is asked. */
const BROWSER_COMES_WITHIN_MS = 2_000;

export type KeyCreation = {
  readonly api: KeyRequestApi;
  readonly wanted: WantedKey;
  readonly terminal: CommandTerminal;
  /** What receives the code from the owner's browser on this machine. */
  readonly listener: CodeListener | undefined;
  /** Ends the waiting, but never a claim that was sent. */
  readonly signal: AbortSignal;
};

type Waiting = KeyCreation & {
  readonly request: CreatedKeyRequest;
  readonly codes: Codes;
  readonly line: StatusLine;
  /** Resolves when the owner's browser has come with a code. */
  readonly browserCame: Promise<unknown>;
};

/** Asks for a key, tells its owner what to do, and claims it with the code that the owner gets. */
export async function createKey(creation: KeyCreation): Promise<IssuedApiKeyView> {
  const { api, wanted, terminal, listener, signal } = creation;
  const request = await api.create({ ...wanted, ...(listener && { loopback: listener.url }) }, signal);
  const [line, codes, browser] = [
    new StatusLine(terminal.output),
    new Codes(),
    Promise.withResolvers<unknown>(),
  ];
  listener?.receive(request.id, code => {
    codes.add(code);
    browser.resolve(undefined);
  });
  const typed = readCodes(terminal.input, {
    onCode: code => {
      codes.add(code);
    },
    onEnd: () => {
      if (!listener) codes.end();
    },
  });
  try {
    return await claim({ ...creation, request, codes, line, browserCame: browser.promise });
  } finally {
    typed.stop();
    line.end();
  }
}

async function claim(waiting: Waiting): Promise<IssuedApiKeyView> {
  const { api, wanted, request, line } = waiting;
  line.note(`To give this key, the owner of ${wanted.identifier} opens:\n\n  ${request.authorizeUrl}\n`);
  line.show('Waiting for the owner to authorize', request.expiresAt);
  await untilAuthorizedOrHere(waiting);
  line.note('The owner has authorized the key.');
  let graceMs = waiting.listener ? BROWSER_COMES_WITHIN_MS : 0;
  return claimKey(api, request, {
    nextCode: () => nextCode(waiting, graceMs),
    onWrong: message => {
      graceMs = 0;
      line.note(message);
    },
  });
}

async function untilAuthorizedOrHere({ api, request, line, signal, browserCame }: Waiting): Promise<void> {
  const tell = (status: string): void => {
    line.show(status, request.expiresAt);
  };
  await race(signal, stop => [untilAuthorized(api, request, { tell, signal: stop }), browserCame]);
}

/** Waits for a code, as long as the request is not over. */
async function nextCode({ api, request, codes, line, signal }: Waiting, graceMs: number): Promise<string> {
  line.end();
  return race(signal, stop => {
    const ask = async (): Promise<string> => {
      if (codes.isEmpty && graceMs > 0)
        await Promise.race([codes.wait(stop), sleep(graceMs, undefined, { signal: stop })]);
      if (codes.isEmpty) line.ask('The code that the owner was shown: ');
      return codes.take(stop);
    };
    return [ask(), untilOver(api, request, { tell: () => undefined, signal: stop })];
  });
}

/** Waits for the first of several to settle, and ends the others. */
async function race<Result>(
  signal: AbortSignal,
  begin: (stop: AbortSignal) => readonly Promise<Result>[],
): Promise<Result> {
  const settled = new AbortController();
  try {
    return await Promise.race(begin(AbortSignal.any([signal, settled.signal])));
  } finally {
    settled.abort();
  }
}
