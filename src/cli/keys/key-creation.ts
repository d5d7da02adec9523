import { setTimeout as sleep } from 'node:timers/promises';
import type { IssuedApiKeyView } from '../../api-keys/keys/api-key-view.ts';
import { isKeyPreset } from '../../api-keys/requests/rules/key-presets.ts';
import type { CodeListener } from './code-listener.ts';
import { ClaimCodes, readCodes } from './claim-codes.ts';
import type { CommandTerminal } from '../command/command-context.ts';
import { untilAuthorized, untilOver } from './key-authorization.ts';
import { claimKey } from './key-claim.ts';
import type { CreatedKeyRequest, KeyRequestApi, WantedKey } from './key-request-api.ts';
import { StatusLine } from '../command/status-line.ts';

/** Waits this long for the browser to bring the code after the owner authorized, then prompts for it. */
const BROWSER_GRACE_MS = 2_000;

export type KeyCreation = {
  readonly api: KeyRequestApi;
  readonly wanted: WantedKey;
  readonly terminal: CommandTerminal;
  /** Receives the code from the owner's browser on this machine. */
  readonly listener: CodeListener | undefined;
  /** Stops waiting, but never a claim that was sent. */
  readonly signal: AbortSignal;
};

type Waiting = KeyCreation & {
  readonly request: CreatedKeyRequest;
  readonly codes: ClaimCodes;
  readonly line: StatusLine;
  /** Resolves when the owner's browser has brought a code. */
  readonly browserCame: Promise<unknown>;
};

/** Requests a key, prints the owner's link, and claims the key with the code that the owner gets. */
export async function createKey(creation: KeyCreation): Promise<IssuedApiKeyView> {
  const { api, wanted, terminal, listener, signal } = creation;
  const request = await api.create({ ...wanted, ...(listener && { loopback: listener.url }) }, signal);
  const [line, codes, browser] = [
    new StatusLine(terminal.output),
    new ClaimCodes(),
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
      if (!listener) codes.close();
    },
  });
  try {
    return await claim({ ...creation, request, codes, line, browserCame: browser.promise });
  } finally {
    typed.stop();
    line.clear();
  }
}

async function claim(waiting: Waiting): Promise<IssuedApiKeyView> {
  const { api, wanted, request, line } = waiting;
  line.print(`To give this key, the owner of ${wanted.identifier} opens:\n\n  ${request.authorizeUrl}\n`);
  if (!isKeyPreset(wanted.scope) && !isSameScope(wanted.scope, request.scope))
    line.print(`This broker asks the owner for: ${request.scope}\n`);
  line.setStatus('Waiting for the owner to authorize', request.expiresAt);
  await untilAuthorizedOrHere(waiting);
  line.print('The owner has authorized the key.');
  let graceMs = waiting.listener ? BROWSER_GRACE_MS : 0;
  return claimKey(api, request, {
    nextCode: () => nextCode(waiting, graceMs),
    onWrong: message => {
      graceMs = 0;
      line.print(message);
    },
  });
}

function isSameScope(one: string, other: string): boolean {
  const [parts, others] = [one, other].map(scope => scope.split(' ').sort());
  return parts?.join(' ') === others?.join(' ');
}

async function untilAuthorizedOrHere({ api, request, line, signal, browserCame }: Waiting): Promise<void> {
  const report = (status: string): void => {
    line.setStatus(status, request.expiresAt);
  };
  await race(signal, stop => [untilAuthorized(api, request, { report, signal: stop }), browserCame]);
}

/** Waits for a code, or until the request ends. */
async function nextCode({ api, request, codes, line, signal }: Waiting, graceMs: number): Promise<string> {
  line.clear();
  return race(signal, stop => {
    const readNext = async (): Promise<string> => {
      if (codes.isEmpty && graceMs > 0)
        await Promise.race([codes.waitForOne(stop), sleep(graceMs, undefined, { signal: stop })]);
      if (codes.isEmpty) line.prompt('The code that the owner was shown: ');
      return codes.consume(stop);
    };
    return [readNext(), untilOver(api, request, { report: () => undefined, signal: stop })];
  });
}

/** Waits for the first promise to settle, and aborts the others. */
async function race<Result>(
  signal: AbortSignal,
  start: (stop: AbortSignal) => readonly Promise<Result>[],
): Promise<Result> {
  const settled = new AbortController();
  try {
    return await Promise.race(start(AbortSignal.any([signal, settled.signal])));
  } finally {
    settled.abort();
  }
}
